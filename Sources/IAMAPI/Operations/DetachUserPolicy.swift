import Authorization
import Core
import Identity
import Wire

/// Detaches a managed policy from a user.
struct DetachUserPolicy: ControlOperation, IAMOperation {
  static let name = "DetachUserPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.userName(), policy: try members.policyARN())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DetachUserPolicy", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.detach(call.value.policy, fromUser: call.value.user, in: call.place.account)
    return OperationOutput()
  }
}
