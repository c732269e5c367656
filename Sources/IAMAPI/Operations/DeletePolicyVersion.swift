import Authorization
import Core
import Identity
import Wire

/// Deletes a version of a managed policy that is not in force.
struct DeletePolicyVersion: ControlOperation, IAMOperation {
  static let name = "DeletePolicyVersion"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
    let version: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(policy: try members.policyARN(), version: try members.versionID())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeletePolicyVersion", on: input.policy)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.deletePolicyVersion(call.value.version, of: call.value.policy, in: call.place.account)
    return OperationOutput()
  }
}
