import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the instance profiles of a role: there are none, which is what clients ask before they delete a role.
struct ListInstanceProfilesForRole: ControlOperation, IAMOperation {
  static let name = "ListInstanceProfilesForRole"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let role: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(role: try RoleKind.name(&members), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListInstanceProfilesForRole", on: RoleKind.resource(input.role, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    _ = try await registry.role(call.value.role, in: call.place.account)
    return OperationOutput(.object(call.value.page.members("InstanceProfiles", [], key: { $0 }, as: { .string($0) })))
  }
}
