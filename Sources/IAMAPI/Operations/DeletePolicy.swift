import Authorization
import Core
import Identity
import Wire

/// Deletes a managed policy that nobody has and of which one version is left.
struct DeletePolicy: ControlOperation, IAMOperation {
  static let name = "DeletePolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(policy: try members.policyARN())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeletePolicy", on: input.policy)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.deletePolicy(call.value.policy, in: call.place.account)
    return OperationOutput()
  }
}
