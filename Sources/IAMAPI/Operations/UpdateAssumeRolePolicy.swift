import Authorization
import Core
import Identity
import Wire

/// Changes who may assume a role.
struct UpdateAssumeRolePolicy: ControlOperation, IAMOperation {
  static let name = "UpdateAssumeRolePolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let role: String
    let trust: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(role: try RoleKind.name(&members), trust: try members.policyDocument())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:UpdateAssumeRolePolicy", on: RoleKind.resource(input.role, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.updateRole(call.value.role, trustPolicy: call.value.trust, in: call.place.account)
    return OperationOutput()
  }
}
