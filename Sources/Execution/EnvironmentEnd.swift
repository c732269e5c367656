import Sandbox

/// What is left of an environment that is gone.
enum EnvironmentEnd: Sendable {
  /// Its runtime ran: why its init phase failed, where it did; what was logged since the last invocation, and where.
  case runtime(initFailure: RuntimeFailure?, log: InvocationLog, stream: String)
  /// Its sandbox was never made.
  case platform(ExecutionFailure)
}

/// Why no environment takes the work.
enum EnvironmentFailure: Sendable {
  /// Those before it failed again and again in their init phases, the last with that log stream; for a while no other is
  /// started.
  case heldBack(RuntimeFailure, stream: String)
  /// No sandbox can be made.
  case platform(ExecutionFailure)

  /// What other work comes to while no start is tried; nil: the init phase did not fail, or not because of the function.
  init?(initFailure: RuntimeFailure?, stream: String) {
    guard let initFailure, !initFailure.isOfPlatform else { return nil }
    self = .heldBack(initFailure, stream: stream)
  }
}

extension RuntimeFailure {
  /// The spawner ended, and everything with it.
  var isOfPlatform: Bool {
    if case .exited(let exit) = self { exit.cause == .lost } else { false }
  }
}
