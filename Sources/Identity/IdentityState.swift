import Storage

/// Everything that decisions rest on, as one transaction sees it.
struct IdentityState: Sendable {
  let users: [User]
  let groups: [Group]
  /// Who is in which group, by unique ids.
  let members: [(group: String, user: String)]
  let roles: [Role]
  /// The texts of customer-managed policies that are in force, by ARN.
  let managed: [String: String]
  /// The unique ids of customer-managed policies, by ARN.
  let managedIDs: [String: String]
  let attachments: [(principal: String, policy: String)]
  let inline: [(principal: String, name: String, document: String)]
  /// The ARNs of permissions boundaries, by the unique id of the principal.
  let boundaries: [String: String]
  let keys: [SealedAccessKey]
  /// By the unique id of what has them.
  let tags: [String: [String: String]]
  let oidcProviders: [OIDCProvider]

  init(_ transaction: any Transaction) throws {
    let grants = PolicyGrantStore()
    users = try PrincipalStore.users(transaction)
    groups = try GroupStore().all(transaction)
    members = try GroupStore().allMembers(transaction)
    roles = try RoleStore().all(transaction)
    managed = try ManagedPolicyStore().documentsInForce(transaction)
    managedIDs = try ManagedPolicyStore().ids(transaction)
    attachments = try grants.allAttachments(transaction)
    inline = try grants.allInline(transaction)
    boundaries = try grants.allBoundaries(transaction)
    keys = try AccessKeyStore.all(transaction)
    tags = try IdentityTagStore().all(transaction)
    oidcProviders = try OIDCProviderStore().all(transaction)
  }
}
