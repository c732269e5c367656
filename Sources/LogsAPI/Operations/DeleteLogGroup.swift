import Authorization
import Core
import Telemetry
import Wire

/// Deletes a log group with its streams and events. What a function logs to it later makes it anew.
struct DeleteLogGroup: ControlOperation, LogsOperation {
  static let name = "DeleteLogGroup"

  let store: LogStore

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedLogGroup { try members.logGroupName() }

  static func access(_ input: NamedLogGroup, at place: AccountRegion) -> [AccessRequest] {
    [input.access("logs:DeleteLogGroup")]
  }

  func run(_ call: Authorized<NamedLogGroup>) async throws -> OperationOutput {
    try await store.deleteGroup(try call.value.group(at: call.place))
    return OperationOutput()
  }
}
