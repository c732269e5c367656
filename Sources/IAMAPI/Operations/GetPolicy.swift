import Authorization
import Core
import Identity
import JSON
import Wire

/// Describes a managed policy.
struct GetPolicy: ControlOperation, IAMOperation {
  static let name = "GetPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(policy: try members.policyARN())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetPolicy", on: input.policy)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let found = try await registry.policy(call.value.policy, in: call.place.account)
    return OperationOutput(["Policy": IAMOutputs.policy(found, isWhole: true)])
  }
}
