import Sandbox

/// Why an environment is gone before it took the work for which it was started, or why none was started.
enum EnvironmentFailure: Sendable {
  /// Its runtime ended; with what was logged since the last invocation, and the bytes at the peak where they are known.
  case runtime(RuntimeFailure, log: InvocationLog, stream: String, memoryPeak: Int?)
  /// Those before it failed so again and again, the last with that log stream; for a while no other is tried.
  case heldBack(RuntimeFailure, stream: String)
  /// Its sandbox was never made.
  case platform(ExecutionFailure)

  /// What other work comes to while no start is tried; nil where the cause is not the function's own.
  var repeated: EnvironmentFailure? {
    guard case .runtime(let failure, _, let stream, _) = self, !failure.isOfPlatform else { return nil }
    return .heldBack(failure, stream: stream)
  }
}

extension RuntimeFailure {
  /// The spawner ended, and everything with it.
  fileprivate var isOfPlatform: Bool {
    if case .exited(let exit) = self { exit.cause == .lost } else { false }
  }
}
