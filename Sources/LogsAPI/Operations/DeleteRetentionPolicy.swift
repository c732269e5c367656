import Authorization
import Core
import Telemetry
import Wire

/// Leaves it to the server how long the events of a log group are kept.
struct DeleteRetentionPolicy: ControlOperation, LogsOperation {
  static let name = "DeleteRetentionPolicy"

  let store: LogStore

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedLogGroup { try members.logGroupName() }

  static func access(_ input: NamedLogGroup, at place: AccountRegion) -> [AccessRequest] {
    [input.access("logs:DeleteRetentionPolicy")]
  }

  func run(_ call: Authorized<NamedLogGroup>) async throws -> OperationOutput {
    try await store.setRetention(days: nil, of: try call.value.group(at: call.place))
    return OperationOutput()
  }
}
