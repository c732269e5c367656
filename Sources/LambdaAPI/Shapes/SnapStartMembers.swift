import Execution
import Functions
import JSON
import Wire

extension MemberReader {
  /// Reads `SnapStart`; nil when the request leaves it out.
  mutating func snapStart() throws(Fault) -> SnapStart? {
    guard let snapStart = try structure("SnapStart"), let text = try snapStart.string("ApplyOn") else { return nil }
    check(text, at: "SnapStart.applyOn", oneOf: SnapStart.allCases.map(\.rawValue))
    return SnapStart(rawValue: text)
  }
}

extension FunctionConfiguration {
  /// - Throws: when snap start is on and something else of the function does not go with it.
  func checkSnapStart() throws(Fault) {
    guard snapStart == .publishedVersions else { return }
    guard runtime.hasPrefix("python") else { throw Self.unfitForSnapStart(runtime) }
    guard ephemeralStorage <= SnapStart.mostEphemeralStorage else {
      throw Self.unfitForSnapStart("EphemeralStorage larger than \(SnapStart.mostEphemeralStorage) MB")
    }
    guard tenancy == nil else { throw Self.unfitForSnapStart("TenancyConfig") }
  }

  private static func unfitForSnapStart(_ what: String) -> Fault {
    LambdaErrors.invalidParameter("\(what) is not supported for SnapStart enabled functions.")
  }
}

extension SnapshotState {
  /// The members `State`, `StateReason` and `StateReasonCode`.
  var members: [String: JSONValue] {
    switch self {
    case .pending:
      ["State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating"]
    case .ready: ["State": "Active"]
    case .failed(let failure):
      [
        "State": "Failed", "StateReason": .string(failure.reason), "StateReasonCode": .string(failure.code.rawValue),
      ]
    }
  }
}

extension LambdaServices {
  /// - Throws: when the version is snap-started and cannot be invoked, or not yet.
  func checkSnapshot(of version: FunctionVersion) throws(Fault) {
    switch catalog.snapshot(of: version) {
    case nil, .ready: return
    case .pending: throw LambdaErrors.snapshotNotReady
    case .failed:
      throw LambdaErrors.conflict(
        "The operation cannot be performed at this time. The function is currently in the following state: Failed")
    }
  }
}

extension LambdaErrors {
  fileprivate static let snapshotNotReady = Fault(
    code: "SnapStartNotReadyException", status: 409, message: "",
    members: [
      "Message":
        "Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.",
      "Type": "User",
    ])
  static let restoreFailed = Fault(
    code: "SnapStartException", status: 400, message: "",
    members: [
      "Message": "An error occurred while the environment was restored; the function's log says which.",
      "Type": "User",
    ])
  static let restoreTimedOut = Fault(
    code: "SnapStartTimeoutException", status: 408, message: "",
    members: [
      "Message": .string(
        "The environment could not be restored within the time limit of \(ExecutionLimits.restoreSeconds) seconds."),
      "Type": "User",
    ])
}
