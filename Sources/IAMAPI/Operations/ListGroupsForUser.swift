import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the groups that a user is in by name, a page at a time.
struct ListGroupsForUser: ControlOperation, IAMOperation {
  static let name = "ListGroupsForUser"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try UserKind.existingName(&members), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListGroupsForUser", on: UserKind.resource(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let groups = try await registry.groups(
      ofUser: call.value.user, in: call.place.account, after: page.after, limit: page.readLimit)
    return OperationOutput(.object(page.members("Groups", groups, key: \.name, as: { IAMOutputs.group($0) })))
  }
}
