import Authorization
import Core
import Identity
import JSON
import Wire

/// Changes the description of a role and how long its sessions may be.
struct UpdateRole: ControlOperation, IAMOperation {
  static let name = "UpdateRole"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let role: String
    let description: String?
    let duration: Int?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      role: try RoleKind.name(&members), description: try members.roleDescription(),
      duration: try members.maximumSession())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:UpdateRole", on: RoleKind.resource(input.role, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try await registry.updateRole(
      input.role, description: input.description, maximumSession: input.duration, in: call.place.account)
    return OperationOutput([:])
  }
}
