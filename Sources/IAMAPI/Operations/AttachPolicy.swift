import Authorization
import Core
import Identity
import JSON
import Wire

/// Attaches a managed policy to a user, group or role.
struct AttachPolicy<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "Attach\(Kind.word)Policy" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(name: try Kind.name(&members), policy: try members.policyARN())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [
      AccessRequest(
        "iam:\(name)", on: Kind.resource(input.name, at: place), keys: ["iam:PolicyARN": .string(input.policy)])
    ]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try await registry.attach(input.policy, to: Kind.owner(input.name), in: call.place.account)
    return OperationOutput()
  }
}
