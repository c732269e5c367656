import Authorization
import Core
import Identity
import JSON
import Wire

/// Changes the description of a role, and answers the role: what UpdateRole took the place of.
struct UpdateRoleDescription: ControlOperation, IAMOperation {
  static let name = "UpdateRoleDescription"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let role: String
    let description: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let role = try RoleKind.name(&members)
    let description = try members.roleDescription()
    if description == nil { members.note(nil, at: "Description", "Member must not be null") }
    return Input(role: role, description: description ?? "")
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:UpdateRoleDescription", on: RoleKind.resource(input.role, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (input, account) = (call.value, call.place.account)
    try await registry.updateRole(input.role, description: input.description, in: account)
    let found = try await registry.role(input.role, in: account)
    return OperationOutput(["Role": IAMOutputs.role(found.role, boundary: found.boundary, tags: found.tags)])
  }
}
