/// How much an account and its entities may have.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
enum IdentityQuotas {
  static let accessKeysPerUser = 2
  /// Of a user, a group or a role.
  static let attachedPolicies = 10
  static let groupsPerUser = 10
  /// Of a user, a role or a policy.
  static let tags = 50
  static let versionsPerPolicy = 5
  static let users = 5000
  static let groups = 300
  static let roles = 1000
  static let policies = 1500
  static let oidcProviders = 100
  static let clientIDsPerProvider = 100
  static let thumbprintsPerProvider = 5
  /// Characters of a managed policy, white space left out.
  static let managedPolicySize = 6144
  /// Characters of a trust policy, white space left out.
  static let trustPolicySize = 2048

  /// As GetAccountSummary calls them.
  static let byName = [
    "UsersQuota": users, "GroupsQuota": groups, "RolesQuota": roles, "PoliciesQuota": policies,
    "GroupsPerUserQuota": groupsPerUser, "AccessKeysPerUserQuota": accessKeysPerUser,
    "AttachedPoliciesPerUserQuota": attachedPolicies, "AttachedPoliciesPerGroupQuota": attachedPolicies,
    "AttachedPoliciesPerRoleQuota": attachedPolicies, "PolicySizeQuota": managedPolicySize,
    "VersionsPerPolicyQuota": versionsPerPolicy, "AssumeRolePolicySizeQuota": trustPolicySize,
    "UserPolicySizeQuota": PolicyOwner.user("").inlinePoliciesSize,
    "GroupPolicySizeQuota": PolicyOwner.group("").inlinePoliciesSize,
    "RolePolicySizeQuota": PolicyOwner.role("").inlinePoliciesSize,
  ]

  /// Characters that count, by IAM's rule.
  static func size(_ document: String) -> Int {
    document.unicodeScalars.count { !$0.properties.isWhitespace }
  }
}
