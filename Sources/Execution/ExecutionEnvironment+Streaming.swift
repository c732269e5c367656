import Core
import Loops
import NIOCore

/// A runtime that answers piece by piece (AWS Lambda Runtime API, "Response streaming").
extension ExecutionEnvironment {
  /// The runtime begins such an answer.
  ///
  /// - Returns: false when its pieces must be collected as any other answer's: the caller takes whole ones only, or this
  ///   is not the answer that is waited for.
  func beginStream(_ requestID: String, through handler: RuntimeAPIHandler) -> Bool {
    guard case .invoking(var running) = phase, running.stream == nil, running.invocation.receiver.takesStream,
      running.invocation.requestID.description == requestID
    else { return false }
    running.stream = handler
    phase = .invoking(running)
    running.invocation.beginStream()
    return true
  }

  /// - Parameter taken: called once the caller has the bytes, or will not get them; from any thread.
  func streamed(_ bytes: [UInt8], through handler: RuntimeAPIHandler, taken: @escaping @Sendable () -> Void) {
    guard case .invoking(let running) = phase, running.stream === handler else { return taken() }
    running.invocation.receiver.write(bytes, taken: taken)
  }

  /// The runtime has sent all, or says what went wrong in the middle.
  func streamEnded(_ failure: FunctionFailure?, through handler: RuntimeAPIHandler) {
    guard case .invoking(let running) = phase, running.stream === handler else {
      return handler.respond(.invalidState)
    }
    timeout.cancel()
    let result = RuntimeResult(
      isFunctionError: failure != nil, body: failure?.details ?? [], streamedBytes: handler.streamedBytes,
      errorCode: failure?.code ?? FunctionFailure.unhandled)
    answer(running, result) { handler.respond(.accepted) }
  }

  /// More than may be streamed has come.
  func streamTooLarge(through handler: RuntimeAPIHandler) {
    guard case .invoking(let running) = phase, running.stream === handler else { return }
    streamBroke(running, .responseTooLarge(limit: ExecutionLimits.streamedPayload))
  }

  /// The connection has ended before the answer. The end of the runtime, if that is why, is told in its own words.
  func streamClosed(_ handler: RuntimeAPIHandler) {
    let bound = NIOLoopBound(handler, eventLoop: eventLoop)
    eventLoop.scheduleTask(in: .nanoseconds(ExecutionLimits.exitAfterStream.wholeNanoseconds)) { [weak self] in
      guard let self, case .invoking(let running) = phase, running.stream === bound.value else { return }
      streamBroke(running, .truncatedResponse)
    }
  }

  /// A runtime that breaks off its answer cannot be trusted with another.
  func streamBroke(_ running: RunningInvocation, _ failure: RuntimeFailure) {
    kill()
    whenLogIsCaughtUp { self.fail(running, failure) }
  }
}
