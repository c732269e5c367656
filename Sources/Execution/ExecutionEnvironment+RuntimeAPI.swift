import Core
import Functions
import NIOCore
import NIOHTTP1

/// What the runtime asks, and the life of one invocation.
extension ExecutionEnvironment {
  /// The runtime asks for work.
  func next(_ handler: RuntimeAPIHandler) {
    switch phase {
    case .initializing(let since, let limit):
      limit.cancel()
      initDuration = services.time.monotonicTime() - since
      settle()
    case .finishing(let overdue): overdue.cancel()
    case .starting, .waiting, .invoking, .ending, .ended: return handler.respond(.invalidState)
    }
    phase = .waiting(handler)
    pool?.available(id)
  }

  /// Gives the waiting runtime its work; work that comes too late goes back to the pool.
  func run(_ invocation: Invocation) {
    eventLoop.assertInEventLoop()
    guard case .waiting(let handler) = phase else {
      pool?.submit(invocation)
      return
    }
    let seconds = version.configuration.timeout
    let now = services.time.wallTime()
    log.appendPlatformLine("START RequestId: \(invocation.requestID) Version: \(version.qualifier)", at: now)
    let timeout = eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { [weak self] in
      if let self { timedOut() }
    }
    phase = .invoking(
      RunningInvocation(invocation: invocation, start: services.time.monotonicTime(), timeout: timeout))
    let headers = NextHeaders(invocation: invocation, deadline: now.advanced(by: .seconds(seconds)))
    handler.respond(RuntimeAPIAnswer(status: .ok, headers: headers.list, body: invocation.request.payload))
  }

  /// The runtime answers.
  ///
  /// - Parameter body: nil when it was larger than allowed.
  func response(_ requestID: String, _ body: [UInt8]?, from handler: RuntimeAPIHandler) {
    guard let running = take(requestID) else { return handler.respond(refusal) }
    if let body {
      complete(running, isFunctionError: false, body)
      handler.respond(.accepted)
    } else {
      let failure = RuntimeFailure.responseTooLarge(limit: ExecutionLimits.payload)
      complete(running, isFunctionError: true, failure.payload(running.invocation.requestID), failure.status)
      handler.respond(.tooLarge)
    }
    finish()
  }

  /// The runtime reports that the handler failed.
  func error(_ requestID: String, _ body: [UInt8], from handler: RuntimeAPIHandler) {
    guard let running = take(requestID) else { return handler.respond(refusal) }
    complete(running, isFunctionError: true, body)
    handler.respond(.accepted)
    finish()
  }

  /// The runtime reports that it cannot serve this function; it is expected to end.
  func initError(_ body: [UInt8], from handler: RuntimeAPIHandler) {
    guard case .initializing = phase else { return handler.respond(.invalidState) }
    recordInitError(body)
    handler.respond(.accepted)
  }

  /// A runtime that leaves `next` without work cannot be given any.
  func connectionClosed(_ handler: RuntimeAPIHandler) {
    guard case .waiting(let waiting) = phase, waiting === handler else { return }
    kill()
  }

  /// Ends an invocation that its runtime cannot answer any more.
  func fail(_ running: RunningInvocation, _ failure: RuntimeFailure) {
    running.timeout.cancel()
    let requestID = running.invocation.requestID
    let now = services.time.wallTime()
    if let line = failure.logLine(requestID, at: now) { log.appendPlatformLine(line, at: now) }
    complete(running, isFunctionError: true, failure.payload(requestID), failure.status)
  }

  private func timedOut() {
    guard case .invoking(let running) = phase else { return }
    kill()
    drainLog()
    fail(running, .timedOut(seconds: Double(version.configuration.timeout)))
  }

  /// The running invocation, if the runtime names it rightly.
  private func take(_ requestID: String) -> RunningInvocation? {
    guard case .invoking(let running) = phase, running.invocation.requestID.description == requestID else {
      return nil
    }
    running.timeout.cancel()
    drainLog()
    return running
  }

  private var refusal: RuntimeAPIAnswer {
    if case .invoking = phase { .invalidRequestID } else { .invalidState }
  }

  private func finish() {
    let overdue = eventLoop.scheduleTask(in: .nanoseconds(ExecutionLimits.finishing.wholeNanoseconds)) {
      [weak self] in
      guard let self, case .finishing = phase else { return }
      pool?.overdue(id)
    }
    phase = .finishing(overdue: overdue)
    pool?.finishing(id)
  }

  private func complete(
    _ running: RunningInvocation, isFunctionError: Bool, _ body: [UInt8], _ status: String? = nil
  ) {
    let report = ReportLine(
      requestID: running.invocation.requestID, duration: services.time.monotonicTime() - running.start,
      initDuration: initDuration, memorySize: version.configuration.memorySize, memoryPeak: memoryPeak,
      status: status)
    initDuration = nil
    services.deliver(
      running.invocation, body, isFunctionError: isFunctionError, report: report, log: &log, stream: logStream)
  }
}
