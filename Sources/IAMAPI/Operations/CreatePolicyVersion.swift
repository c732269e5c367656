import Authorization
import Core
import Identity
import JSON
import Wire

/// Adds a version to a managed policy, in force or not.
struct CreatePolicyVersion: ControlOperation, IAMOperation {
  static let name = "CreatePolicyVersion"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
    let document: String
    let isDefault: Bool
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      policy: try members.policyARN(), document: try members.policyDocument(),
      isDefault: try members.bool("SetAsDefault") ?? false)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:CreatePolicyVersion", on: input.policy)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let version = try await registry.createPolicyVersion(
      input.document, of: input.policy, asDefault: input.isDefault, in: call.place.account)
    return OperationOutput(["PolicyVersion": IAMOutputs.version(version, isWhole: false)])
  }
}
