import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the account's alias, of which there is one at most.
struct ListAccountAliases: ControlOperation, IAMOperation {
  static let name = "ListAccountAliases"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input(page: try members.page()) }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListAccountAliases", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let aliases = [try await registry.alias(of: call.place.account)].compactMap { $0 }
    let page = call.value.page
    return OperationOutput(
      .object(
        page.members("AccountAliases", aliases.filter { $0 > page.after }, key: { $0 }, as: JSONValue.string)))
  }
}
