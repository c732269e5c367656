import Authorization
import Core
import Identity
import Wire

/// Deletes a role that has no policies; its sessions may do nothing from then on.
struct DeleteRole: ControlOperation, IAMOperation {
  static let name = "DeleteRole"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let role: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(role: try RoleKind.name(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteRole", on: RoleKind.resource(input.role, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.deleteRole(call.value.role, in: call.place.account)
    return OperationOutput()
  }
}
