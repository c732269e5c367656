import Authorization
import Core
import Identity
import Wire

/// Takes the policy away that bounds what a user or role can be allowed.
struct DeletePermissionsBoundary<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "Delete\(Kind.word)PermissionsBoundary" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(name: try Kind.name(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.setBoundary(nil, of: Kind.owner(call.value.name), in: call.place.account)
    return OperationOutput()
  }
}
