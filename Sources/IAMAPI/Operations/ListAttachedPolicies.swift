import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the managed policies that are attached to a user, group or role, a page at a time.
struct ListAttachedPolicies<Kind: PolicyOwnerKind>: ControlOperation, IAMOperation {
  static var name: String { "ListAttached\(Kind.word)Policies" }

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let prefix: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      name: try Kind.name(&members), prefix: try members.policyPath("PathPrefix"), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:\(name)", on: Kind.resource(input.name, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (input, page) = (call.value, call.value.page)
    let policies = try await registry.attachedPolicies(
      of: Kind.owner(input.name), in: call.place.account, pathPrefix: input.prefix, after: page.after,
      limit: page.readLimit)
    return OperationOutput(
      .object(
        page.members("AttachedPolicies", policies, key: \.arn) { policy in
          ["PolicyName": .string(policy.name), "PolicyArn": .string(policy.arn)]
        }))
  }
}
