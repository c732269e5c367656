package import Core
import Storage

/// The account as a whole.
extension IdentityRegistry {
  /// What an account may have, as GetAccountSummary calls it.
  package static var quotas: [String: Int] { IdentityQuotas.byName }

  /// Everything of an account that says who may do what.
  package func authorizationDetails(of account: AccountID) async throws -> AuthorizationDetails {
    try await database.read { [self] transaction in
      func hanging(_ id: String) throws -> HangingPolicies {
        HangingPolicies(
          inline: try grants.inline(of: id, transaction),
          attached: try grants.attached(to: id, transaction).map { arn in
            try requirePolicy(arn, in: account, transaction)
          },
          boundary: try grants.boundary(of: id, transaction), tags: try tags.tags(of: id, transaction))
      }
      let own = try policies.list(in: account, transaction)
      return AuthorizationDetails(
        users: try PrincipalStore.users(in: account, transaction).map { user in
          (user, try groups.groups(of: user, transaction), try hanging(user.uniqueID))
        },
        groups: try groups.all(in: account, transaction).map { ($0, try hanging($0.uniqueID)) },
        roles: try roles.all(in: account, transaction).map { ($0, try hanging($0.uniqueID)) },
        policies: try (own + PlatformPolicies.entries.map(\.policy)).map { policy in
          let versions =
            try PlatformPolicies.find(policy.arn).map { [$0.version] } ?? policies.versions(of: policy, transaction)
          let usage = try grants.usage(of: policy.arn, in: account, transaction)
          return (PolicyDescription(policy: policy, usage: usage), versions)
        })
    }
  }
}

/// What says who may do what in an account.
package struct AuthorizationDetails: Sendable {
  package let users: [(user: User, groups: [Group], policies: HangingPolicies)]
  package let groups: [(group: Group, policies: HangingPolicies)]
  package let roles: [(role: Role, policies: HangingPolicies)]
  /// Those of the account and of the platform, with their versions, newest first.
  package let policies: [(policy: PolicyDescription, versions: [ManagedPolicyVersion])]
}

/// What hangs on one identity.
package struct HangingPolicies: Sendable {
  package let inline: [(name: String, document: String)]
  package let attached: [ManagedPolicy]
  /// The ARN of the permissions boundary.
  package let boundary: String?
  package let tags: [String: String]
}
