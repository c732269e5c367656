import Authorization
import Core
import Telemetry
import Wire

/// Sets for how many days the events of a log group are kept, whatever the server keeps others for.
struct PutRetentionPolicy: ControlOperation, LogsOperation {
  static let name = "PutRetentionPolicy"
  /// Days (CloudWatch Logs, "PutRetentionPolicy").
  private static let allowed = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
  ]

  let store: LogStore

  struct Input: Sendable {
    let group: NamedLogGroup
    let days: Int
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let group = try members.logGroupName()
    let days = try members.integer("retentionInDays")
    if days == nil { members.note(nil, at: "retentionInDays", "Member must not be null") }
    members.check(days.map { String($0) }, at: "retentionInDays", oneOf: allowed.map { String($0) })
    return Input(group: group, days: days ?? 0)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [input.group.access("logs:PutRetentionPolicy")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await store.setRetention(days: call.value.days, of: try call.value.group.group(at: call.place))
    return OperationOutput()
  }
}
