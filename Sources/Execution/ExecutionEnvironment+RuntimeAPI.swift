import Core
import Functions
import Loops
import NIOCore
import NIOHTTP1

/// What the runtime asks, and the life of one invocation.
extension ExecutionEnvironment {
  /// The runtime asks for work.
  func next(_ handler: RuntimeAPIHandler) {
    switch phase {
    case .initializing(let since, let limit) where failedInit == nil:
      limit.cancel()
      initialized(after: services.time.monotonicTime() - since)
      settle()
      follow(hygiene.initialized(look: look), for: handler, because: .baseline)
    case .finishing:
      finishingLimit.cancel()
      follow(hygiene.invocationEnded(look: look), for: handler, because: .invocationEnded)
    case .restoring(let restoring): restored(restoring, handler)
    // Until it is killed: a word to it would only have it end by itself, at some cost.
    case .ending, .ended: return
    case .starting, .initializing, .parked, .cleaning, .waiting, .invoking, .completing:
      handler.respond(.invalidState)
    }
  }

  /// Gives the waiting runtime its work; work that comes too late goes back to the pool.
  func run(_ invocation: Invocation) {
    eventLoop.assertInEventLoop()
    if case .parked(let handler) = phase { return restore(for: invocation, handler) }
    guard case .waiting(let handler) = phase else {
      pool?.submit(invocation)
      return
    }
    let step = hygiene.workArrived(after: services.time.monotonicTime() - cleanSince) { observer?.usage() }
    follow(step, for: handler, because: .workArrived(invocation))
  }

  /// Starts an invocation's time; it ends the invocation when it is over.
  func start(_ invocation: Invocation) -> RunningInvocation {
    limitInvocation()
    return RunningInvocation(invocation: invocation, start: services.time.monotonicTime())
  }

  func limitInvocation() { timeout.set(in: .seconds(Int64(version.configuration.timeout))) }

  /// Hands an event over to the runtime that waits for it.
  func begin(_ running: RunningInvocation, on handler: RuntimeAPIHandler) {
    let invocation = running.invocation
    let now = services.time.wallTime()
    phase = .invoking(running)
    let event = EventHead(invocation, deadline: now.advanced(by: timeLeft(running)))
    handler.respond(RuntimeAPIAnswer(status: .ok, event: event, body: invocation.request.payload))
    // After the event was sent: a runtime that wakes up to find it does not go to sleep again first.
    freezer?.thaw()
    // While the runtime works already. What it prints is read later.
    log.begin(invocation.requestID, with: lines.start(invocation.requestID, at: now), at: now)
  }

  private func timeLeft(_ running: RunningInvocation) -> Duration {
    .seconds(version.configuration.timeout) - (services.time.monotonicTime() - running.start)
  }

  /// The runtime answers.
  ///
  /// - Parameter body: nil when it was larger than allowed.
  func response(_ requestID: String, _ body: [UInt8]?, from handler: RuntimeAPIHandler) {
    guard let running = take(requestID) else { return handler.respond(refusal) }
    guard let body else {
      let failure = RuntimeFailure.responseTooLarge(limit: ExecutionLimits.payload)
      return answer(running, running.result(of: failure)) {
        handler.respond(.tooLarge)
      }
    }
    answer(running, RuntimeResult(isFunctionError: false, body: body)) { handler.respond(.accepted) }
  }

  /// The runtime reports that the handler failed.
  func error(_ requestID: String, _ body: [UInt8], from handler: RuntimeAPIHandler) {
    guard let running = take(requestID) else { return handler.respond(refusal) }
    answer(running, RuntimeResult(isFunctionError: true, body: body)) { handler.respond(.accepted) }
  }

  /// Whether the body of such a request would be used now.
  func expectsBody(of request: RuntimeAPIRequest) -> Bool {
    switch (request, phase) {
    case (.response(let id), .invoking(let running)), (.error(let id), .invoking(let running)):
      running.invocation.requestID.description == id && running.stream == nil
    case (.initError, .initializing), (.restoreError, .initializing), (.restoreError, .restoring): true
    default: false
    }
  }

  /// A runtime that leaves `next` without work cannot be given any.
  func connectionClosed(_ handler: RuntimeAPIHandler) {
    switch phase {
    case .waiting(let waiting) where waiting === handler: kill()
    case .parked(let waiting) where waiting === handler: kill()
    case .cleaning(let cleaning) where cleaning.handler === handler: abandon(cleaning)
    case .invoking(let running) where running.stream === handler: streamClosed(handler)
    default: return
    }
  }

  /// Ends an invocation that its runtime cannot answer any more.
  func fail(_ running: RunningInvocation, _ failure: RuntimeFailure) {
    timeout.cancel()
    let now = services.time.wallTime()
    if let line = failure.logLine(running.invocation.requestID, at: now) { log.appendPlatformLine(line, at: now) }
    complete(running, running.result(of: failure))
  }

  func timedOut() {
    let failure = RuntimeFailure.timedOut(seconds: Double(version.configuration.timeout))
    guard initializedFor == nil else { return initTimedOut(failure) }
    guard case .invoking(let running) = phase else { return }
    kill()
    whenLogIsCaughtUp { self.fail(running, failure) }
  }

  /// The running invocation, if the runtime names it rightly.
  private func take(_ requestID: String) -> RunningInvocation? {
    guard case .invoking(let running) = phase, running.stream == nil,
      running.invocation.requestID.description == requestID
    else { return nil }
    timeout.cancel()
    return running
  }

  private var refusal: RuntimeAPIAnswer {
    if case .invoking = phase { .invalidRequestID } else { .invalidState }
  }

  /// Hands the outcome over once its log is complete, and only then lets the runtime go on.
  func answer(_ running: RunningInvocation, _ result: RuntimeResult, reply: @escaping () -> Void) {
    phase = .completing
    whenLogIsCaughtUp {
      // Before the caller has the answer, whose next request then waits for this environment.
      if !self.hygiene.isForSingleUse { self.pool?.finishing(self.id) }
      self.complete(running, result)
      reply()
      guard case .completing = self.phase else { return }
      if self.hygiene.isForSingleUse { return self.kill() }
      self.finish(running)
    }
  }

  /// The runtime may use what is left of the invocation's time until it asks for the next work.
  private func finish(_ running: RunningInvocation) {
    let left = max(.milliseconds(100), timeLeft(running))
    finishingLimit.set(in: .nanoseconds(left.wholeNanoseconds))
    overdue.set(in: .nanoseconds(ExecutionLimits.finishing.wholeNanoseconds))
    phase = .finishing
  }

  func finishedTooLate() {
    if case .finishing = phase { kill() }
  }

  private func complete(_ running: RunningInvocation, _ result: RuntimeResult) {
    let duration = services.time.monotonicTime() - running.start
    // Whoever does not ask for its end need not wait until the log is written.
    let isTailWanted = running.invocation.request.wantsLogTail
    if !isTailWanted { running.invocation.finish(result, logTail: nil) }
    let report = ReportLine(
      requestID: running.invocation.requestID, duration: duration, initDuration: initDuration,
      memorySize: version.configuration.memorySize, memoryPeak: memoryPeak, status: result.status,
      restoreDuration: restoreDuration)
    initDuration = nil
    restoreDuration = nil
    let tail = services.record(
      running.invocation, result, report: report, lines: lines, log: &log, to: logDestination)
    if isTailWanted { running.invocation.finish(result, logTail: tail) }
  }
}
