import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the managed policies that are attached to a user, a page at a time.
struct ListAttachedUserPolicies: ControlOperation, IAMOperation {
  static let name = "ListAttachedUserPolicies"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let prefix: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      user: try members.userName(), prefix: try members.pathPrefix(), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListAttachedUserPolicies", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (input, page) = (call.value, call.value.page)
    let policies = try await registry.attachedPolicies(
      ofUser: input.user, in: call.place.account, pathPrefix: input.prefix, after: page.after, limit: page.readLimit)
    return OperationOutput(
      .object(
        page.members("AttachedPolicies", policies, key: \.arn) { policy in
          ["PolicyName": .string(policy.name), "PolicyArn": .string(policy.arn)]
        }))
  }
}
