import Authorization
import Core
import Identity
import Wire

/// Takes the policy away that bounds what a user can be allowed.
struct DeleteUserPermissionsBoundary: ControlOperation, IAMOperation {
  static let name = "DeleteUserPermissionsBoundary"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.userName())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteUserPermissionsBoundary", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.setBoundary(nil, ofUser: call.value.user, in: call.place.account)
    return OperationOutput()
  }
}
