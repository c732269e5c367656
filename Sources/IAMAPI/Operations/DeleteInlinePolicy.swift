import Authorization
import Core
import Identity
import Wire

/// Takes a policy away that was put into a user, group or role.
struct DeleteInlinePolicy<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "Delete\(Kind.word)Policy" }

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
    try await registry.deletePolicy(input.policy, of: Kind.owner(input.name), in: call.place.account)
    return OperationOutput()
  }
}
