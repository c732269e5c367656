import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells what a user or role asked for and was let do, beside what its policies would let it do.
struct GetActivity: ControlOperation, RedoubtOperation {
  static let name = "GetActivity"
  static let route = Route("GET", "/2026-11-25/activity")

  let services: RedoubtServices

  struct Input: Sendable {
    /// An ARN, or `role/NAME` or `user/NAME` of the account.
    let principal: String

    func arn(at place: AccountRegion) -> String {
      guard !principal.hasPrefix("arn:") else { return principal }
      return ARN(service: "iam", region: "", account: place.account.description, resource: principal).description
    }
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let principal = members.query("Principal")
    if principal == nil, !members.isDescribing { members.note(RedoubtErrors.invalid("`Principal` is missing")) }
    return Input(principal: principal ?? "role/")
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:GetActivity", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let activity = try await services.identities.activity(of: call.value.arn(at: call.place), in: call.place.account)
    let granted = Set(activity.granted)
    let actions = granted.union(activity.actions.keys).sorted()
    return OperationOutput([
      "Principal": .string(activity.arn), "Since": Self.date(activity.since),
      "Actions": .array(actions.map { Self.members($0, activity.actions[$0], isGranted: granted.contains($0)) }),
    ])
  }

  private static func members(_ action: String, _ use: ActionUse?, isGranted: Bool) -> JSONValue {
    var members: [String: JSONValue] = ["Action": .string(action), "IsGranted": .bool(isGranted)]
    guard let use else { return .object(members) }
    members["LastAttempt"] = date(WallTime(seconds: use.attemptedAt))
    members["LastAllowed"] = use.allowedAt.map { date(WallTime(seconds: $0)) }
    members["Resources"] = .array(
      use.resources.sorted { $0.key < $1.key }.map { resource, time in
        ["Resource": .string(resource), "LastAllowed": date(WallTime(seconds: time))]
      })
    members["HasMoreResources"] = .bool(use.hasMoreResources)
    return .object(members)
  }

  private static func date(_ time: WallTime) -> JSONValue { .string(time.utc.isoZulu) }
}
