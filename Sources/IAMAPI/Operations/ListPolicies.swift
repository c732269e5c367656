import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the managed policies of the platform and of the account, a page at a time.
struct ListPolicies: ControlOperation, IAMOperation {
  static let name = "ListPolicies"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let filter: PolicyFilter
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let scope = try members.string("Scope")
    let usage = try members.string("PolicyUsageFilter")
    members.check(scope, at: "Scope", oneOf: PolicyFilter.Scope.allCases.map(\.rawValue))
    members.check(usage, at: "PolicyUsageFilter", oneOf: PolicyFilter.Usage.allCases.map(\.rawValue))
    let filter = PolicyFilter(
      scope: scope.flatMap(PolicyFilter.Scope.init) ?? .all, pathPrefix: try members.policyPath("PathPrefix"),
      onlyAttached: try members.bool("OnlyAttached") ?? false, usage: usage.flatMap(PolicyFilter.Usage.init))
    return Input(filter: filter, page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListPolicies", on: IAMResource.policy("", path: input.filter.pathPrefix, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let policies = try await registry.policies(
      call.value.filter, in: call.place.account, after: page.after, limit: page.readLimit)
    return OperationOutput(
      .object(
        page.members("Policies", policies, key: \.policy.arn, as: { IAMOutputs.policy($0, isWhole: false) })))
  }
}
