import Core
import Functions
import Loops
import NIOCore

/// When a runtime initializes, in the words of Lambda's logs.
enum InitPhase: String, Sendable {
  /// Before its first invocation, for at most ten seconds.
  case ahead = "init"
  /// Inside an invocation, as a part of its time.
  case inside = "invoke"
}

/// An init phase that ended otherwise than with a runtime that waits for work.
struct FailedInit {
  let failure: RuntimeFailure
  let duration: Duration
}

/// An invocation whose first environment failed in its init phase, and what the second one takes over.
struct SecondInit {
  let invocation: Invocation
  let log: InvocationLog?
  let stream: String?

  /// - Parameter first: the end of the first environment.
  init(of invocation: Invocation, after first: EnvironmentEnd?) {
    self.invocation = invocation
    guard case .runtime(_, let log, let stream) = first else {
      (self.log, self.stream) = (nil, nil)
      return
    }
    (self.log, self.stream) = (log, stream)
  }
}

/// The time until the runtime asks for work first (Lambda, "Execution environment lifecycle").
///
/// What fails ahead of an invocation is done once more inside it, under the function's time limit, in an environment that is
/// started for this invocation alone.
extension ExecutionEnvironment {
  private var initPhase: InitPhase { initializedFor == nil ? .ahead : .inside }

  /// The sandbox is there and its runtime begins.
  func beginInit() {
    phase = .initializing(since: services.time.monotonicTime(), limit: limitInit())
    let now = services.time.wallTime()
    if let line = lines.initStart(initPhase, at: now) { log.appendPlatformLine(line, at: now) }
  }

  /// A runtime that is to be parked has time, as at Lambda, but not all that time more than its share of a processor.
  private func limitInit() -> Scheduled<Void> {
    let limit = ExecutionLimits.initPhase
    guard initPhase == .ahead else { return settle(after: limit) }
    guard spec.initialization == .snapStart else {
      return endInit(after: limit, .timedOut(seconds: limit.inMilliseconds / 1000))
    }
    _ = settle(after: limit)
    let longest = max(ExecutionLimits.snapStartInitSeconds, version.configuration.timeout)
    return endInit(after: .seconds(longest), .timedOut(seconds: Double(longest)))
  }

  /// The runtime waits for work.
  func initialized(after duration: Duration) {
    if initPhase == .ahead { initDuration = duration }
    startTimes?.report(
      to: services.metrics, runtime: version.configuration.runtime, at: services.time.monotonicTime())
    startTimes = nil
    report(InitReport(phase: initPhase, duration: duration, status: nil))
  }

  /// The runtime reports that it cannot serve this function; it is expected to end.
  func initError(_ body: [UInt8], from handler: RuntimeAPIHandler) {
    guard case .initializing(let since, let limit) = phase, failedInit == nil else {
      return handler.respond(.invalidState)
    }
    limit.cancel()
    let failure = RuntimeFailure.initError(body)
    initFailed(failure, since: since)
    phase = .initializing(since: since, limit: endInit(after: ExecutionLimits.exitAfterInitError, failure))
    handler.respond(.accepted)
  }

  /// Notes the first reason why the init phase failed.
  func initFailed(_ failure: RuntimeFailure, since start: MonotonicTime) {
    guard failedInit == nil else { return }
    failedInit = FailedInit(failure: failure, duration: services.time.monotonicTime() - start)
  }

  /// The invocation's time is over before it has begun.
  func initTimedOut(_ failure: RuntimeFailure) {
    if case .initializing(let since, let limit) = phase {
      limit.cancel()
      initFailed(failure, since: since)
    }
    kill()
    whenLogIsCaughtUp { self.concludeInit(failure) }
  }

  /// Tells of an init phase that failed, and fails the invocation inside which it was.
  ///
  /// - Parameter cause: why there is no runtime, if not for its init phase.
  func concludeInit(_ cause: RuntimeFailure) {
    let failed = failedInit
    failedInit = nil
    if let failed {
      initFailure = failed.failure
      report(InitReport(phase: initPhase, duration: failed.duration, status: failed.failure.status))
    }
    guard let running = takeInvocation() else { return }
    let now = services.time.wallTime()
    let requestID = running.invocation.requestID
    log.begin(requestID, with: lines.start(requestID, at: now), at: now)
    fail(running, failed?.failure ?? cause)
  }

  /// There will be no runtime for the invocation, and not because of the function.
  func refuseInvocation(_ reason: ExecutionFailure) {
    guard let running = takeInvocation() else { return }
    timeout.cancel()
    log.close(at: services.time.wallTime())
    recordCollected()
    running.invocation.fail(reason)
  }

  /// The invocation that waits for the end of the init phase; it does so no longer.
  func takeInvocation() -> RunningInvocation? {
    defer { initializedFor = nil }
    return initializedFor
  }

  /// A second init phase may take as long as its function, but not so long as much of a processor as it likes.
  private func settle(after limit: Duration) -> Scheduled<Void> {
    eventLoop.scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) { [weak self] in
      guard let self, case .initializing = phase else { return }
      settle()
    }
  }

  private func endInit(after limit: Duration, _ failure: RuntimeFailure) -> Scheduled<Void> {
    eventLoop.scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) { [weak self] in
      guard let self, case .initializing(let since, _) = phase else { return }
      initFailed(failure, since: since)
      kill()
    }
  }

  private func report(_ report: InitReport) {
    let now = services.time.wallTime()
    for line in lines.initEnd(report, at: now) { log.appendPlatformLine(line, at: now) }
  }
}
