import Authorization
import Core
import Identity
import JSON
import Policy
import Wire

/// Lists the condition keys that the policies of a user, group or role ask for, and further ones if such are given.
struct GetContextKeysForPrincipalPolicy: ControlOperation, IAMOperation {
  static let name = "GetContextKeysForPrincipalPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let source: String
    let policies: [PolicyDocument]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      source: try members.arn("PolicySourceArn"),
      policies: members.documents(try members.strings("PolicyInputList") ?? [], "PolicyInputList"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetContextKeysForPrincipalPolicy", on: input.source)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (source, policies) = (call.value.source, call.value.policies)
    return try (registry.requirePolicies(of: source, in: call.place.account).set.identity + policies).contextKeys
  }
}
