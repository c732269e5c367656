import NIOCore

/// Hands the decoder one request at a time: a head when it is whole and has passed `HeadScanner`, then exactly the
/// bytes of its body, then nothing until the request behind is answered. What is wrong with a head travels on as a
/// `Refusal`, by `errorCaught`.
///
/// So a head's bytes are counted before anything parses them, the decoder never sees what follows a message, and
/// two readings of where a message ends cannot come to matter. While a request is being answered what was read beyond it is
/// held, and then the socket is not read any more.
final class RequestFramer: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = Never

  private enum Phase {
    case head
    /// The decoder has the head; `bodyFollows` or `discard` ends this phase before it returns.
    case decoding
    case body(remaining: Int)
    /// The message is complete; bytes that come are the next request's.
    case waiting
    case discarding(allowance: Int)
  }

  /// Bytes that may be held while a request is being answered. A read is at most a few hundred KiB; only a peer that
  /// has sent its last byte is read further.
  private static let heldLimit = 1 << 20

  private let limits: GateLimits
  private var phase = Phase.head
  private var scanner: HeadScanner
  private var held = ByteBuffer()
  private var isPumping = false
  private var readIsDue = false
  private var context: ChannelHandlerContext?

  init(limits: GateLimits) {
    self.limits = limits
    scanner = HeadScanner(byteLimit: limits.headerBytes, lineLimit: limits.headerCount)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hold(unwrapInboundIn(data))
    pump(context)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    reportPartialHead(context)
    context.fireChannelReadComplete()
  }

  /// Reading goes on until there are bytes to hold: to stop it and to start it again for each request would cost two system
  /// calls.
  func read(context: ChannelHandlerContext) {
    if case .waiting = phase, held.readableBytes > 0 {
      readIsDue = true
    } else {
      context.read()
    }
  }

  /// The head was accepted: so many bytes of body follow it.
  func bodyFollows(_ length: Int) {
    phase = length == 0 ? .waiting : .body(remaining: length)
  }

  /// The request was answered: the next one may come.
  func next() {
    guard case .waiting = phase, let context else { return }
    scanner = HeadScanner(byteLimit: limits.headerBytes, lineLimit: limits.headerCount)
    phase = .head
    pump(context)
    if case .waiting = phase { return }
    resumeReading(context)
    reportPartialHead(context)
  }

  /// Nothing more is taken from this connection; what still comes is dropped, up to a limit.
  func discard() {
    held = ByteBuffer()
    phase = .discarding(allowance: limits.lingerBytes)
    if let context { resumeReading(context) }
  }

  private func reportPartialHead(_ context: ChannelHandlerContext) {
    guard case .head = phase, held.readableBytes > 0 else { return }
    context.fireUserInboundEventTriggered(ConnectionEvent.headIsPartial)
  }

  private func resumeReading(_ context: ChannelHandlerContext) {
    guard readIsDue else { return }
    readIsDue = false
    context.read()
  }

  private func hold(_ bytes: ByteBuffer) {
    if held.readableBytes == 0 {
      held = bytes
    } else {
      var bytes = bytes
      held.writeBuffer(&bytes)
    }
  }

  /// Not entered again from within: a request answered at once continues in the loop here.
  private func pump(_ context: ChannelHandlerContext) {
    guard !isPumping else { return }
    isPumping = true
    while step(context) {}
    isPumping = false
  }

  /// - Returns: false when more bytes, or an answer, must come first.
  private func step(_ context: ChannelHandlerContext) -> Bool {
    guard held.readableBytes > 0 else { return false }
    switch phase {
    case .head: return stepHead(context)
    case .body(let remaining): return stepBody(context, remaining)
    case .decoding: return refuse(.malformedMessage, context)
    case .waiting:
      if held.readableBytes > Self.heldLimit { context.close(promise: nil) }
      return false
    case .discarding(let allowance):
      guard allowance >= held.readableBytes else {
        context.close(promise: nil)
        return false
      }
      phase = .discarding(allowance: allowance - held.readableBytes)
      held = ByteBuffer()
      return false
    }
  }

  private func stepHead(_ context: ChannelHandlerContext) -> Bool {
    switch held.withUnsafeReadableBytes({ scanner.scan($0) }) {
    case .incomplete:
      return false
    case .refused(let refusal):
      return refuse(refusal, context)
    case .complete(let length):
      guard let head = held.readSlice(length: length) else { return false }
      phase = .decoding
      context.fireChannelRead(wrapInboundOut(head))
      // The decoder found no request in what the scanner took for a head.
      if case .decoding = phase { return refuse(.malformedMessage, context) }
      return true
    }
  }

  private func stepBody(_ context: ChannelHandlerContext, _ remaining: Int) -> Bool {
    guard let bytes = held.readSlice(length: min(remaining, held.readableBytes)) else { return false }
    // Set before the decoder runs: the answer to the last byte may already ask for the next request.
    bodyFollows(remaining - bytes.readableBytes)
    context.fireChannelRead(wrapInboundOut(bytes))
    return true
  }

  private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) -> Bool {
    discard()
    context.fireErrorCaught(refusal)
    return false
  }
}
