import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Makes a log group before anything is logged to it, for example to set its retention.
struct CreateLogGroup: ControlOperation, LogsOperation {
  static let name = "CreateLogGroup"
  static let unhonoured: [String: [JSONValue]] = [
    "deletionProtectionEnabled": [false], "kmsKeyId": [""], "logGroupClass": ["STANDARD"], "tags": [[:]],
  ]

  let store: LogStore

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedLogGroup { try members.logGroupName() }

  static func access(_ input: NamedLogGroup, at place: AccountRegion) -> [AccessRequest] {
    [input.access("logs:CreateLogGroup")]
  }

  func run(_ call: Authorized<NamedLogGroup>) async throws -> OperationOutput {
    let group = try call.value.group(at: call.place)
    guard !group.name.isReserved else {
      throw LogsErrors.invalidParameter("Log groups starting with AWS/ are reserved for AWS.")
    }
    try await store.createGroup(group)
    return OperationOutput()
  }
}
