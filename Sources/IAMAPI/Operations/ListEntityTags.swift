import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the tags of a user, role, managed policy or provider by key, a page at a time.
struct ListEntityTags<Kind: TaggedKind>: ControlOperation, IAMOperation {
  static var name: String { "List\(Kind.word)Tags" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(name: try Kind.name(&members), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let tags = try await registry.tags(of: Kind.entity(call.value.name), in: call.place.account)
    let rest = tags.sorted { $0.key < $1.key }.filter { $0.key > page.after }.prefix(page.readLimit)
    return OperationOutput(
      .object(
        page.members("Tags", Array(rest), key: \.key) { tag in
          ["Key": .string(tag.key), "Value": .string(tag.value)]
        }))
  }
}
