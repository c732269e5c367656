import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives tags to a user, role, managed policy or provider, in the place of those of the same keys.
struct TagEntity<Kind: TaggedKind>: ControlOperation, IAMOperation {
  static var name: String { "Tag\(Kind.word)" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let tags: [String: String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    if members.member("Tags") == nil { members.note(nil, at: "Tags", "Member must not be null") }
    return Input(name: try Kind.name(&members), tags: try IAMTags.read(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place), keys: AccessRequest.tagKeys(input.tags))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.tag(Kind.entity(call.value.name), call.value.tags, in: call.place.account)
    return OperationOutput()
  }
}
