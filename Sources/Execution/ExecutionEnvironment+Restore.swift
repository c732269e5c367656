import Core
import NIOCore

/// A parked environment that has got its first invocation; its runtime runs the function's hooks.
struct Restoring {
  let invocation: Invocation
  let since: MonotonicTime
  /// Ends the environment when the hooks take too long.
  let limit: Scheduled<Void>
}

/// From the end of the init phase to the first invocation, where a version is snap-started (AWS Lambda Runtime API, as its
/// runtime interface clients use it: `restore/next`, `restore/error`).
///
/// Every environment is parked once, after an init phase of its own, and restored once: nothing is copied, so no two of
/// them have anything in common that others of a version have not.
extension ExecutionEnvironment {
  /// The runtime has initialized, has run the hooks that come before a snapshot, and waits.
  func restoreNext(_ handler: RuntimeAPIHandler) {
    guard spec.initialization == .snapStart, case .initializing(let since, let limit) = phase, failedInit == nil else {
      return handler.respond(.invalidState)
    }
    // Inside an invocation nothing is waited for: the hooks are a part of its init phase.
    guard initializedFor == nil else { return handler.respond(.restored) }
    limit.cancel()
    initialized(after: services.time.monotonicTime() - since)
    settle()
    phase = .parked(handler)
    pool?.available(id, on: eventLoop)
    // Otherwise work has been waiting for it.
    if case .parked = phase { recordInit() }
  }

  /// Nobody waited for the init phase: no invocation reports it.
  private func recordInit() {
    initDuration = nil
    whenLogIsCaughtUp {
      guard case .parked = self.phase else { return }
      let (events, _) = self.log.take()
      self.services.record(events, requestID: nil, to: self.logDestination)
    }
  }

  /// Wakes up a parked runtime for its first invocation.
  func restore(for invocation: Invocation, _ handler: RuntimeAPIHandler) {
    let now = services.time.wallTime()
    if let line = lines.restoreStart(at: now) { log.appendPlatformLine(line, at: now) }
    let limit = eventLoop.scheduleTask(in: .seconds(Int64(ExecutionLimits.restoreSeconds))) { [weak self] in
      guard let self, case .restoring(let restoring) = phase else { return }
      failRestore(restoring, .timedOut, .timeout)
    }
    phase = .restoring(Restoring(invocation: invocation, since: services.time.monotonicTime(), limit: limit))
    handler.respond(.restored)
    freezer?.thaw()
  }

  /// The hooks are through, and the runtime waits for the invocation.
  func restored(_ restoring: Restoring, _ handler: RuntimeAPIHandler) {
    restoring.limit.cancel()
    let duration = services.time.monotonicTime() - restoring.since
    whenLogIsCaughtUp {
      guard case .restoring = self.phase else { return }
      self.restoreDuration = duration
      self.report(RestoreReport(duration: duration, status: nil))
      self.follow(
        self.hygiene.initialized(look: self.look), for: handler, because: .restored(restoring.invocation))
    }
  }

  /// The runtime reports that a hook failed.
  func restoreError(_ body: [UInt8], from handler: RuntimeAPIHandler) {
    guard case .restoring(let restoring) = phase else { return initError(body, from: handler) }
    handler.respond(.accepted)
    failRestore(restoring, .failed, .error("Runtime.AfterRestoreError"))
  }

  private func failRestore(_ restoring: Restoring, _ failure: RestoreFailure, _ status: ReportStatus) {
    kill()
    whenLogIsCaughtUp { self.concludeRestore(restoring, failure, status) }
  }

  /// Tells of a restore that failed, and fails the invocation that it was for.
  func concludeRestore(_ restoring: Restoring, _ failure: RestoreFailure, _ status: ReportStatus) {
    restoring.limit.cancel()
    report(RestoreReport(duration: services.time.monotonicTime() - restoring.since, status: status))
    recordCollected()
    restoring.invocation.fail(.restore(failure))
  }

  private func report(_ report: RestoreReport) {
    let now = services.time.wallTime()
    for line in lines.restoreEnd(report, at: now) { log.appendPlatformLine(line, at: now) }
  }
}
