import Authorization
import Core
import Identity
import Wire

/// Takes a policy away that was put into a user.
struct DeleteUserPolicy: ControlOperation, IAMOperation {
  static let name = "DeleteUserPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.userName(), policy: try members.policyName())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteUserPolicy", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.deletePolicy(call.value.policy, ofUser: call.value.user, in: call.place.account)
    return OperationOutput()
  }
}
