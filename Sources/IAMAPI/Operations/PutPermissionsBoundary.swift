import Authorization
import Core
import Identity
import JSON
import Wire

/// Sets the policy that bounds what a user or role can be allowed.
struct PutPermissionsBoundary<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "Put\(Kind.word)PermissionsBoundary" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let boundary: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(name: try Kind.name(&members), boundary: try members.arn("PermissionsBoundary"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [
      AccessRequest(
        "iam:\(name)", on: Kind.resource(input.name, at: place),
        keys: ["iam:PermissionsBoundary": .string(input.boundary)])
    ]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try await registry.setBoundary(input.boundary, of: Kind.owner(input.name), in: call.place.account)
    return OperationOutput()
  }
}
