import Glibc
import NIOCore
import NIOPosix
import Sandbox

/// The pipe that carries a runtime's output: read when bytes arrive, and emptied on demand before an answer leaves.
///
/// INVARIANT: lives on the environment's event loop.
final class LogPipe {
  /// The same open file as the channel reads; a read takes what the channel has not taken yet.
  private let descriptor: OwnedDescriptor
  private let receive: ([UInt8]) -> Void
  private var channel: (any Channel)?

  /// - Parameter receive: called on the event loop with bytes in order.
  init(_ pipe: OwnedDescriptor, receive: @escaping ([UInt8]) -> Void) {
    descriptor = OwnedDescriptor(fcntl(pipe.borrowed, F_DUPFD_CLOEXEC, 3))
    self.receive = receive
  }

  /// Starts reading whenever bytes arrive.
  func open(_ pipe: OwnedDescriptor, on eventLoop: any EventLoop) {
    let reader = NIOLoopBound(Reader(receive: receive), eventLoop: eventLoop)
    let number = pipe.take()
    let opened = NIOPipeBootstrap(group: eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(reader.value) }
      }
      .takingOwnershipOfDescriptor(input: number)
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    opened.whenComplete { result in
      switch result {
      case .success(let channel): bound.value.channel = channel
      // NIO closes the descriptor when it fails; `drain` still empties the pipe through the other one.
      case .failure: break
      }
    }
  }

  /// Reads what is in the pipe now.
  func drain() {
    while true {
      let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
        count = max(0, read(descriptor.borrowed, buffer.baseAddress, buffer.count))
      }
      guard !bytes.isEmpty else { return }
      receive(bytes)
    }
  }

  func close() {
    channel?.close(promise: nil)
    channel = nil
  }

  private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let receive: ([UInt8]) -> Void

    init(receive: @escaping ([UInt8]) -> Void) { self.receive = receive }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      receive(Array(unwrapInboundIn(data).readableBytesView))
    }
  }
}
