import JSON
import Loops
import NIOCore
import NIOHTTP1
import Wire

/// One connection of a runtime: hands its requests to the environment, whole, or as they come where the runtime streams and
/// the caller takes it so. Then no more is read than the caller keeps up with.
///
/// INVARIANT: lives on the environment's event loop; so do all calls.
final class RuntimeAPIHandler: ChannelDuplexHandler {
  typealias InboundIn = Never
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  /// An answer whose bytes go on as they come.
  private struct Stream {
    var byteCount = 0
    /// Bytes that the caller has not taken yet.
    var waiting = 0
  }

  private let environment: ExecutionEnvironment
  private let form: RuntimeAPIForm
  private var context: ChannelHandlerContext?
  private var request: RuntimeAPIRequest?
  private var body: [UInt8] = []
  private var isTooLarge = false
  private var stream: Stream?
  /// The channel wanted to read while too much was waiting.
  private var owesRead = false
  private var isReading = false
  /// Answers that are still to be sent; nil where there are none.
  private var unsent: ByteBuffer?
  /// Whether the request that was read last waits for its answer.
  private var isAnswering = false
  private var wantsAnswer = true
  /// What came behind that request; of one turn of reading, for nothing more is read meanwhile.
  private var following = CircularBuffer<RuntimeAPIPart>()

  init(environment: ExecutionEnvironment, form: RuntimeAPIForm) {
    self.environment = environment
    self.form = form
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelInactive(context: ChannelHandlerContext) {
    following.removeAll()
    environment.connectionClosed(self)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What stands before it in the stream would be taken for the answer to what was asked before.
    if error is HTTPParserError, !isAnswering { send(RuntimeAPIAnswer.malformed, context) }
    context.close(promise: nil)
  }

  /// Takes what the connection's reader has read.
  func receive(_ part: RuntimeAPIPart) {
    isReading = true
    guard !isAnswering, following.isEmpty else { return following.append(part) }
    take(part)
  }

  func read(context: ChannelHandlerContext) {
    guard mustWait else { return context.read() }
    owesRead = true
  }

  private var mustWait: Bool {
    !following.isEmpty || (stream?.waiting ?? 0) >= ExecutionLimits.streamedWaiting
  }

  private func take(_ part: RuntimeAPIPart) {
    switch part {
    case .head(let head): begin(head)
    case .body(let bytes): append(bytes)
    case .end(let failure): finish(failure)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    flushUnlessFollowed()
    context.fireChannelReadComplete()
  }

  /// Turns to what came behind the request that has been answered.
  private func goOn() {
    while !isAnswering, let part = following.popFirst() { take(part) }
    flushUnlessFollowed()
    readAgain()
  }

  /// A runtime that has asked for more already is asleep until it gets that: it is not woken up for the answer before.
  private func flushUnlessFollowed() {
    if !isAnswering { flush() }
  }

  private func flush() {
    guard let context, let bytes = unsent else { return }
    unsent = nil
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  private func readAgain() {
    guard owesRead, !mustWait else { return }
    owesRead = false
    context?.read()
  }

  /// Bytes of the answer that is being streamed.
  var streamedBytes: Int { stream?.byteCount ?? 0 }

  /// Answers the request that was read last.
  func respond(_ answer: RuntimeAPIAnswer) {
    isAnswering = false
    guard let context else { return }
    if wantsAnswer {
      unsent.append(answer.expectedSize, from: context.channel.allocator) { answer.encode(as: form, onto: &$0) }
    }
    guard !isReading else { return }
    if following.isEmpty {
      flushUnlessFollowed()
    } else {
      let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
      context.eventLoop.execute { bound.value.goOn() }
    }
  }

  private func begin(_ head: RuntimeAPIHead) {
    request = head.request
    wantsAnswer = head.wantsAnswer
    body = []
    isTooLarge = false
    if case .response(let id) = request, head.isStreaming, environment.beginStream(id, through: self) {
      stream = Stream()
    }
    if head.awaitsContinue, let context { send(RuntimeAPIAnswer.proceed, context) }
  }

  /// After what is still to be sent, at once.
  private func send(_ text: StaticString, _ context: ChannelHandlerContext) {
    unsent.append(text.utf8CodeUnitCount, from: context.channel.allocator) { $0.writeStaticString(text) }
    flush()
  }

  /// Only what will be used is held, so that a sandbox cannot fill the server with bodies.
  private func append(_ bytes: ByteBuffer) {
    guard stream == nil else { return forward(bytes) }
    guard let request, environment.expectsBody(of: request) else { return }
    guard body.count + bytes.readableBytes <= ExecutionLimits.payload else {
      isTooLarge = true
      body = []
      return
    }
    if !isTooLarge { body.append(contentsOf: bytes.readableBytesView) }
  }

  private func forward(_ bytes: ByteBuffer) {
    guard let context, var stream = self.stream else { return }
    let count = bytes.readableBytes
    stream.byteCount += count
    stream.waiting += count
    self.stream = stream
    guard stream.byteCount <= ExecutionLimits.streamedPayload else { return environment.streamTooLarge(through: self) }
    let loop = context.eventLoop
    let bound = NIOLoopBound(self, eventLoop: loop)
    environment.streamed(Array(bytes.readableBytesView), through: self) {
      loop.execute { bound.value.taken(count) }
    }
  }

  private func taken(_ count: Int) {
    stream?.waiting -= count
    readAgain()
  }

  /// - Parameter failure: what the trailers of a streamed answer report.
  private func finish(_ failure: FunctionFailure?) {
    isAnswering = true
    guard let request else { return respond(.unknownPath) }
    guard stream == nil else {
      defer { stream = nil }
      return environment.streamEnded(failure, through: self)
    }
    let body = self.body
    self.body = []
    switch request {
    case .next: environment.next(self)
    case .response(let id):
      // A streamed answer that was collected may have failed in its middle.
      guard let failure else { return environment.response(id, isTooLarge ? nil : body, from: self) }
      environment.error(id, failure.details, from: self)
    case .error(let id): environment.error(id, report(body), from: self)
    case .initError: environment.initError(report(body), from: self)
    case .restoreNext: environment.restoreNext(self)
    case .restoreError: environment.restoreError(report(body), from: self)
    }
  }

  /// The error object of a runtime; one that callers cannot be given is replaced.
  private func report(_ body: [UInt8]) -> [UInt8] {
    let isUsable = !isTooLarge && body.count <= ExecutionLimits.errorObject && JSONText.isValid(body)
    guard !isUsable else { return body }
    return Array(#"{"errorType":"Runtime.Unknown","errorMessage":"the runtime's error report is not usable"}"#.utf8)
  }
}
