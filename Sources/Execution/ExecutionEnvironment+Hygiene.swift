import Core
import Functions
import Logging
import Loops
import NIOCore
import Sandbox

/// The runtime waits in `next`, unanswered, until its sandbox is clean.
struct Cleaning {
  enum Reason {
    /// The runtime has asked for work the first time.
    case baseline
    /// The same, in an environment that was parked before; its first invocation waits.
    case restored(Invocation)
    /// Whoever waits for the environment gets another one when it is overdue.
    case invocationEnded
    /// Something came while nothing ran; the work waits.
    case workArrived(Invocation)
  }

  let handler: RuntimeAPIHandler
  let reason: Reason
  /// Runs when the spawner takes too long to answer.
  let limit: Scheduled<Void>
}

/// What happens between two invocations.
extension ExecutionEnvironment {
  func look() -> SandboxState? { observer?.state() }

  /// Nothing has been asked for a while: whatever runs in the sandbox stops until there is work again. For the pool, whose
  /// word may come when there is work already.
  func freeze() {
    eventLoop.assertInEventLoop()
    switch phase {
    case .parked, .waiting: freezer?.freeze()
    default: return
    }
  }

  /// Does what the environment's hygiene asks for while `handler` waits for work.
  func follow(_ step: Hygiene.Step, for handler: RuntimeAPIHandler, because reason: Cleaning.Reason) {
    switch step {
    case .proceed: proceed(handler, reason)
    case .noteBaseline: clean(handler, reason) { $0.noteBaseline }
    case .restore: clean(handler, reason) { $0.restore }
    case .end:
      services.log.info(
        "an environment that cannot be cleaned is ended", metadata: ["function": "\(version.qualifiedARN)"])
      discard(reason)
    }
  }

  /// Ends an environment in the middle of its cleaning.
  func abandon(_ cleaning: Cleaning) {
    cleaning.limit.cancel()
    discard(cleaning.reason)
  }

  /// Work that waited for the environment goes to another one.
  func giveBack(_ cleaning: Cleaning) {
    if let invocation = cleaning.reason.invocation { pool?.submit(invocation) }
  }

  private func proceed(_ handler: RuntimeAPIHandler, _ reason: Cleaning.Reason) {
    switch reason {
    case .baseline:
      if let running = takeInvocation() { return begin(running, on: handler) }
    case .invocationEnded: overdue.cancel()
    case .restored(let invocation), .workArrived(let invocation): return begin(start(invocation), on: handler)
    }
    cleanSince = services.time.monotonicTime()
    phase = .waiting(handler)
    pool?.available(id, on: eventLoop)
  }

  private typealias Request = (SandboxID, @escaping Spawner.Cleaned) -> Void

  private func clean(
    _ handler: RuntimeAPIHandler, _ reason: Cleaning.Reason, _ request: (Spawner) -> Request
  ) {
    guard let sandbox else { return discard(reason) }
    let limit = eventLoop.scheduleTask(in: .nanoseconds(ExecutionLimits.cleaning.wholeNanoseconds)) { [weak self] in
      if let self { cleaned(false) }
    }
    phase = .cleaning(Cleaning(handler: handler, reason: reason, limit: limit))
    freezer?.thaw()
    request(services.spawner)(sandbox.id) { isClean in
      self.onLoop { self.cleaned(isClean) }
    }
  }

  /// The spawner has answered, or not in time.
  private func cleaned(_ isClean: Bool) {
    guard case .cleaning(let cleaning) = phase else { return }
    cleaning.limit.cancel()
    if cleaning.reason.isFirst {
      hygiene.baselineNoted(isClean: isClean, look: look)
      return follow(.proceed, for: cleaning.handler, because: cleaning.reason)
    }
    follow(hygiene.restored(isClean: isClean, look: look), for: cleaning.handler, because: cleaning.reason)
  }

  private func discard(_ reason: Cleaning.Reason) {
    overdue.cancel()
    kill()
    // After the kill, so that on a full host the room of this environment is counted on.
    if let invocation = reason.invocation { pool?.submit(invocation) }
  }
}

extension Cleaning.Reason {
  /// What waits for the environment and nothing else.
  fileprivate var invocation: Invocation? {
    switch self {
    case .restored(let invocation), .workArrived(let invocation): invocation
    case .baseline, .invocationEnded: nil
    }
  }

  /// Whether the runtime asks for work the first time.
  fileprivate var isFirst: Bool {
    switch self {
    case .baseline, .restored: true
    case .invocationEnded, .workArrived: false
    }
  }
}
