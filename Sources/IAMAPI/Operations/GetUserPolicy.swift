import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells a policy that was put into a user.
struct GetUserPolicy: ControlOperation, IAMOperation {
  static let name = "GetUserPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.userName(), policy: try members.policyName())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetUserPolicy", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let document = try await registry.policy(input.policy, ofUser: input.user, in: call.place.account)
    return OperationOutput([
      "UserName": .string(input.user), "PolicyName": .string(input.policy),
      "PolicyDocument": IAMOutputs.document(document),
    ])
  }
}
