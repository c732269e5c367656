import Authorization
import Core
import Identity
import Wire

/// Deletes a user who has no keys and no policies.
struct DeleteUser: ControlOperation, IAMOperation {
  static let name = "DeleteUser"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try UserKind.existingName(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteUser", on: UserKind.resource(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.deleteUser(call.value.user, in: call.place.account)
    return OperationOutput()
  }
}
