import Authorization
import Core
import Identity
import JSON
import Wire

/// Takes tags from a user, role, managed policy or provider.
struct UntagEntity<Kind: TaggedKind>: ControlOperation, IAMOperation {
  static var name: String { "Untag\(Kind.word)" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let keys: [String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(name: try Kind.name(&members), keys: try IAMTags.readKeys(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let keys: [String: JSONValue] = ["aws:TagKeys": .array(input.keys.map { .string($0) })]
    return [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place), keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.untag(Kind.entity(call.value.name), call.value.keys, in: call.place.account)
    return OperationOutput()
  }
}
