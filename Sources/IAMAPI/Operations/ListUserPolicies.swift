import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the names of the policies that were put into a user, a page at a time.
struct ListUserPolicies: ControlOperation, IAMOperation {
  static let name = "ListUserPolicies"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.userName(), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListUserPolicies", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let names = try await registry.policies(
      ofUser: call.value.user, in: call.place.account, after: page.after, limit: page.readLimit)
    return OperationOutput(.object(page.members("PolicyNames", names, key: \.self, as: { .string($0) })))
  }
}
