import Authorization
import Core
import Identity
import Wire

/// Puts a policy into a user, in the place of one of the same name.
struct PutUserPolicy: ControlOperation, IAMOperation {
  static let name = "PutUserPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let policy: String
    let document: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      user: try members.userName(), policy: try members.policyName(), document: try members.policyDocument())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:PutUserPolicy", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try await registry.putPolicy(input.policy, input.document, ofUser: input.user, in: call.place.account)
    return OperationOutput()
  }
}
