import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells a version of a managed policy with its document.
struct GetPolicyVersion: ControlOperation, IAMOperation {
  static let name = "GetPolicyVersion"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
    let version: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(policy: try members.policyARN(), version: try members.versionID())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetPolicyVersion", on: input.policy)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let version = try await registry.policyVersion(input.version, of: input.policy, in: call.place.account)
    return OperationOutput(["PolicyVersion": IAMOutputs.version(version, isWhole: true)])
  }
}
