import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the users of the account by name, a page at a time.
struct ListUsers: ControlOperation, IAMOperation {
  static let name = "ListUsers"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let prefix: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(prefix: try members.pathPrefix(), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListUsers", on: UserKind.resource("", path: input.prefix, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let users = try await registry.users(
      in: call.place.account, pathPrefix: call.value.prefix, after: page.after, limit: page.readLimit)
    return OperationOutput(.object(page.members("Users", users, key: \.name, as: { IAMOutputs.user($0) })))
  }
}
