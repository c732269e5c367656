import Glibc
import NIOCore
import NIOPosix
import Sandbox

/// The pipe that carries a runtime's output. Tells when everything that was printed up to a moment has been read, so that
/// no answer leaves before its log.
///
/// INVARIANT: lives on the environment's event loop.
final class LogPipe {
  private struct Waiter {
    /// Runs when so many bytes have been received in all.
    let position: Int
    let body: () -> Void
  }

  /// Bytes that are taken in one turn of the event loop: what others wait for on it comes between them.
  private static let turn = 65_536

  /// The same open file as the channel reads; only asked how much is in it.
  private let descriptor: OwnedDescriptor
  private let receive: ([UInt8]) -> Void
  private var received = 0
  private var waiters: [Waiter] = []
  private var isAtEnd = false

  /// - Parameter receive: called on the event loop with bytes in order.
  init(_ pipe: OwnedDescriptor, receive: @escaping ([UInt8]) -> Void) {
    descriptor = OwnedDescriptor(fcntl(pipe.borrowed, F_DUPFD_CLOEXEC, 3))
    self.receive = receive
  }

  /// Starts reading. The channel keeps this pipe until the last process that could write has ended.
  func open(_ pipe: OwnedDescriptor, on eventLoop: any EventLoop) {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    NIOPipeBootstrap(group: eventLoop)
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.turn))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Reader(pipe: bound.value))
        }
      }
      .takingOwnershipOfDescriptor(input: pipe.take())
      // NIO closes the descriptor when it fails: nothing will come.
      .whenFailure { _ in bound.value.end() }
  }

  /// Calls `body` when all that is in the pipe now has been received; at once when it is empty.
  func whenCaughtUp(_ body: @escaping () -> Void) {
    var pending: Int32 = 0
    guard !isAtEnd, ioctl(descriptor.borrowed, UInt(FIONREAD), &pending) == 0, pending > 0 else { return body() }
    waiters.append(Waiter(position: received + Int(pending), body: body))
  }

  /// Calls `body` when everything has been received and nobody is left to write.
  func whenAtEnd(_ body: @escaping () -> Void) {
    if isAtEnd { return body() }
    waiters.append(Waiter(position: .max, body: body))
  }

  private func take(_ bytes: [UInt8]) {
    receive(bytes)
    received += bytes.count
    release { $0.position <= received }
  }

  private func end() {
    isAtEnd = true
    release { _ in true }
  }

  private func release(_ isDue: (Waiter) -> Bool) {
    let due = waiters.prefix(while: isDue)
    waiters.removeFirst(due.count)
    due.forEach { $0.body() }
  }

  private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let pipe: LogPipe

    init(pipe: LogPipe) { self.pipe = pipe }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      pipe.take(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) { pipe.end() }
  }
}
