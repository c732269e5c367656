import Authorization
import Core
import Identity
import JSON
import Wire

/// Counts what the account has, beside what it may have.
struct GetAccountSummary: ControlOperation, IAMOperation {
  static let name = "GetAccountSummary"

  let registry: IdentityRegistry

  struct Input: Sendable {}

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetAccountSummary", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let details = try await registry.authorizationDetails(of: call.place.account)
    let own = details.policies.filter { !$0.policy.policy.isPlatforms }
    let counts = [
      "Users": details.users.count, "Groups": details.groups.count, "Roles": details.roles.count,
      "Providers": try await registry.oidcProviders(in: call.place.account).count,
      "Policies": own.count, "PolicyVersionsInUse": own.reduce(0) { $0 + $1.versions.count },
    ].merging(IdentityRegistry.quotas) { count, _ in count }
    return OperationOutput(["SummaryMap": XMLText.map(counts.mapValues { .integer(Int64($0)) })])
  }
}
