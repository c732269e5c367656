import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the names of the policies that were put into a user, group or role, a page at a time.
struct ListInlinePolicies<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "List\(Kind.word)Policies" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(name: try Kind.existingName(&members), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let names = try await registry.policies(
      of: Kind.owner(call.value.name), in: call.place.account, after: page.after, limit: page.readLimit)
    return OperationOutput(.object(page.members("PolicyNames", names, key: \.self, as: { .string($0) })))
  }
}
