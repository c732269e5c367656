import Authorization
import Core
import Identity
import Wire

/// Puts a policy into a user, group or role, in the place of one of the same name.
struct PutInlinePolicy<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "Put\(Kind.word)Policy" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let policy: String
    let document: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      name: try Kind.existingName(&members), policy: try members.policyName(), document: try members.policyDocument())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try await registry.putPolicy(input.policy, input.document, of: Kind.owner(input.name), in: call.place.account)
    return OperationOutput()
  }
}
