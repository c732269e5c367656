package import Functions
import Sandbox

/// What became of the first environment of a snap-started version.
package struct SnapshotOutcome: Sendable {
  package let version: FunctionVersion
  /// nil when it has been through its init phase.
  package let failure: SnapshotFailure?
}

extension RuntimeFailure {
  /// nil where it is not the function's fault.
  var snapshotFailure: SnapshotFailure? {
    switch self {
    case .exited(let exit) where exit.cause == .lost: nil
    case .exited(let exit):
      SnapshotFailure(code: exit.oomKills > 0 ? .outOfMemory : .runtime, reason: exit.reason)
    case .timedOut(let seconds):
      SnapshotFailure(code: .timeout, reason: "The init phase took longer than \(Int(seconds)) seconds")
    case .initError(let body): SnapshotFailure(code: .runtime, reason: Self.initReason(body))
    case .responseTooLarge, .truncatedResponse, .invalidEntrypoint:
      SnapshotFailure(code: .runtime, reason: "The init phase failed")
    }
  }
}
