package import Core
package import Cryptography
package import Storage

/// Changes identities: on disk first, then in the memory that authentication and authorization look into.
///
/// A change counts for every request that begins after it has returned.
package final class IdentityRegistry: Sendable {
  let database: any Database
  let keys: AccessKeyStore
  let time: any TimeSource
  let random: any RandomSource
  let grants = PolicyGrantStore()
  let policies = ManagedPolicyStore()
  let groups = GroupStore()
  let roles = RoleStore()
  let tags = IdentityTagStore()
  let aliases = AccountAliasStore()
  let reports = IdentityReportStore()
  let oidcProviders = OIDCProviderStore()
  /// What identities and keys were last used for.
  package let activity: ActivityLedger
  private let accessKeys: AccessKeyDirectory
  let identities: IdentityDirectory
  private let organization: OrganizationDirectory
  private let order = CommitOrder()

  package init(
    _ database: any Database, cipher: EnvelopeCipher, accessKeys: AccessKeyDirectory, identities: IdentityDirectory,
    organization: OrganizationDirectory, activity: ActivityLedger = ActivityLedger(), time: any TimeSource,
    random: any RandomSource
  ) {
    self.activity = activity
    self.database = database
    keys = AccessKeyStore(database, cipher: cipher)
    self.accessKeys = accessKeys
    self.identities = identities
    self.organization = organization
    self.time = time
    self.random = random
  }

  /// Fills the memory from the database; once, at start.
  package func load() async throws {
    try publish(try await database.read { try IdentityState($0) }, 0)
  }

  /// The policies in force of the user, group or role of that ARN; nil when it is not there.
  package func policies(of arn: String) -> PrincipalPolicies? { identities.policies(of: arn) }

  /// As `policies(of:)`, of an identity of the account.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func requirePolicies(of arn: String, in account: AccountID) throws -> PrincipalPolicies {
    guard ARN(arn)?.account == account.description, let own = policies(of: arn) else {
      throw IdentityFailure.noSuchEntity("The principal \(arn) cannot be found.")
    }
    return own
  }

  /// The service control policies in force that bind the account's principals.
  package func serviceControls(of account: AccountID) -> GuardrailLevels {
    organization.guardrails(of: account.description)?.serviceControls ?? .none
  }

  /// Runs `body` in a transaction and lets what it has changed count.
  func change<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    let (result, state, sequence) = try await database.write { [self] transaction in
      let result = try body(transaction)
      return (result, try IdentityState(transaction), order.next())
    }
    try publish(state, sequence)
    return result
  }

  private func publish(_ state: IdentityState, _ sequence: UInt64) throws {
    let signers = try keys.open(state.keys, for: state.users.map(\.principal))
    try order.publish(sequence) {
      try identities.replace(with: state)
      accessKeys.replace(with: signers)
    }
  }

  /// A new id of that kind, such as `AIDA...`.
  func uniqueID(_ prefix: String) -> String { UniqueID.make(prefix, from: random) }
}
