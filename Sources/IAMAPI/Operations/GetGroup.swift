import Authorization
import Core
import Identity
import JSON
import Wire

/// Describes a group with its users, a page at a time.
struct GetGroup: ControlOperation, IAMOperation {
  static let name = "GetGroup"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let group: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(group: try GroupKind.name(&members), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetGroup", on: GroupKind.resource(input.group, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let (group, users) = try await registry.group(
      call.value.group, in: call.place.account, after: page.after, limit: page.readLimit)
    var members = page.members("Users", users, key: \.name, as: { IAMOutputs.user($0) })
    members["Group"] = IAMOutputs.group(group)
    return OperationOutput(.object(members))
  }
}
