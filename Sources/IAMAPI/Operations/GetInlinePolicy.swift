import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells a policy that was put into a user, group or role.
struct GetInlinePolicy<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "Get\(Kind.word)Policy" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(name: try Kind.existingName(&members), policy: try members.policyName())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let document = try await registry.policy(input.policy, of: Kind.owner(input.name), in: call.place.account)
    return OperationOutput(
      .object([
        Kind.member: .string(input.name), "PolicyName": .string(input.policy),
        "PolicyDocument": IAMOutputs.document(document),
      ]))
  }
}
