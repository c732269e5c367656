import Authorization
import Core
import Identity
import JSON
import Wire

/// Describes a role.
struct GetRole: ControlOperation, IAMOperation {
  static let name = "GetRole"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let role: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(role: try RoleKind.name(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetRole", on: RoleKind.resource(input.role, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let found = try await registry.role(call.value.role, in: call.place.account)
    let lastUse = IAMOutputs.lastUse(registry.activity.lastUse(of: found.role.uniqueID))
    return OperationOutput([
      "Role": IAMOutputs.role(found.role, boundary: found.boundary, tags: found.tags, lastUse: lastUse)
    ])
  }
}
