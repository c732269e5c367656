import Core
import Functions

/// How one environment is kept clean. Pure: is told what was seen of the sandbox and says what to do.
///
/// The baseline is what is there when the runtime asks for work the first time. Most have an empty one: then equal
/// numbers prove that nothing came, and an untouched environment costs a look and no message.
struct Hygiene: Sendable {
  enum Step: Hashable, Sendable {
    /// The environment may take work.
    case proceed
    /// The spawner must note the baseline; `baselineNoted` follows.
    case noteBaseline
    /// The spawner must remove what came; `restored` follows.
    case restore
    /// The environment must not be used again.
    case end
  }

  private enum State {
    /// Nothing is removed, nothing is looked at.
    case unwatched
    /// The runtime has not asked for work yet.
    case initializing
    /// The baseline cannot be kept up: one invocation, then the end.
    case singleUse
    case watched(Baseline)
  }

  private struct Baseline {
    /// What the last look that counted as clean has seen.
    var noted: SandboxState
    /// Whether equal numbers prove that nothing came. With files or processes in the baseline one may have taken the
    /// place of another.
    let isEmpty: Bool
  }

  /// How long a look holds good. Whoever acts within it could act right after another look as well.
  static let lookLasts = Duration.milliseconds(1)

  private var state: State

  init(_ mode: HygieneMode) {
    switch mode {
    case .perInvocation: state = .initializing
    case .perEnvironment: state = .unwatched
    case .singleUse: state = .singleUse
    }
  }

  /// True when the environment must be ended after the invocation that it has.
  var isForSingleUse: Bool {
    if case .singleUse = state { true } else { false }
  }

  /// The runtime asks for work the first time.
  ///
  /// - Parameter look: nil when the sandbox could not be looked at.
  mutating func initialized(look: () -> SandboxState?) -> Step {
    guard case .initializing = state else { return .proceed }
    guard let seen = look() else {
      state = .singleUse
      return .proceed
    }
    guard seen.isEmpty else { return .noteBaseline }
    state = .watched(Baseline(noted: seen, isEmpty: true))
    return .proceed
  }

  /// The spawner has answered, or not in time. An environment without a baseline can still be used: once.
  mutating func baselineNoted(isClean: Bool, look: () -> SandboxState?) {
    guard case .initializing = state else { return }
    guard isClean, let seen = look() else {
      state = .singleUse
      return
    }
    state = .watched(Baseline(noted: seen, isEmpty: false))
  }

  /// The runtime asks for work after an invocation.
  mutating func invocationEnded(look: () -> SandboxState?) -> Step {
    switch state {
    case .unwatched: return .proceed
    case .initializing, .singleUse: return .end
    case .watched(var baseline):
      guard baseline.isEmpty else { return .restore }
      guard let seen = look() else { return .end }
      guard seen.isUntouched(since: baseline.noted) else { return .restore }
      baseline.noted = seen
      state = .watched(baseline)
      return .proceed
    }
  }

  /// The spawner has answered, or not in time. What it says is not taken on trust.
  mutating func restored(isClean: Bool, look: () -> SandboxState?) -> Step {
    guard case .watched(var baseline) = state, isClean, let seen = look(), seen.hasSameContent(as: baseline.noted)
    else { return .end }
    baseline.noted = seen
    state = .watched(baseline)
    return .proceed
  }

  /// Work is about to be handed over to an environment that was clean when its runtime asked for it.
  ///
  /// - Parameter idle: since then.
  func workArrived(after idle: Duration, look: () -> SandboxUsage?) -> Step {
    guard case .watched(let baseline) = state, idle >= Self.lookLasts else { return .proceed }
    guard let seen = look() else { return .end }
    return seen == baseline.noted.usage ? .proceed : .restore
  }
}

extension SandboxState {
  /// Nothing but the roots of both file systems, and of processes init and the runtime; false where processes cannot be
  /// seen.
  fileprivate var isEmpty: Bool {
    temporary.usage == .empty && sharedMemory.usage == .empty && processes?.ids.count == 2
  }

  /// A runtime may start threads of its own.
  fileprivate func isUntouched(since other: SandboxState) -> Bool {
    temporary == other.temporary && sharedMemory == other.sharedMemory && processes?.ids == other.processes?.ids
  }
}
