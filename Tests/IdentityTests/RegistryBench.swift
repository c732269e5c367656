import Core
import Cryptography
import Foundation
import Identity
import Policy
import Storage
import Testing

/// A registry over a database of its own, with the administrator in it, and what it fills.
final class RegistryBench: Sendable {
  let account: AccountID
  let clock = ManualTimeSource()
  let random = SeededRandomSource(seed: 7)
  let accessKeys = AccessKeyDirectory([])
  let identities = IdentityDirectory()
  let registry: IdentityRegistry
  let organization: OrganizationDirectory
  let accounts: OrganizationRegistry
  let sessions: SessionTokens
  /// With the same keys, and nothing in memory.
  let sessionsAfterRestart: SessionTokens
  private let directory: URL
  private let bootstrap: AdministratorBootstrap
  private let database: SQLiteDatabase
  private let cipher: EnvelopeCipher

  init() async throws {
    directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    account = try #require(AccountID("123456789012"))
    database = try SQLiteDatabase.open(path: directory.path + "/db")
    try await database.migrate(
      AccountKeyStore.migrations + PrincipalStore.migrations + AccessKeyStore.migrations
        + PolicyGrantStore.migrations + ManagedPolicyStore.migrations + GroupStore.migrations + RoleStore.migrations
        + IdentityTagStore.migrations + AccessKeyStore.deletionMigrations + ActivityStore.migrations
        + IdentityReportStore.migrations + AccountAliasStore.migrations + AccountStore.migrations
        + GuardrailStore.migrations + OIDCProviderStore.migrations)
    let keys = AccountKeyStore(database)
    try await keys.ensureKey(for: account, root: PaddedRootKey(), random: random)
    cipher = EnvelopeCipher(keyring: try await keys.load(root: PaddedRootKey()), random: random)
    bootstrap = AdministratorBootstrap(database, cipher: cipher, random: random, time: clock)
    _ = try await bootstrap.run(for: account)
    organization = OrganizationDirectory(management: account)
    registry = IdentityRegistry(
      database, cipher: cipher, accessKeys: accessKeys, identities: identities, organization: organization, time: clock,
      random: random)
    accounts = OrganizationRegistry(
      database, directory: organization, identities: registry, cipher: cipher, root: { PaddedRootKey() }, time: clock,
      random: random)
    sessions = SessionTokens(cipher: cipher, identities: identities, time: clock, random: random)
    sessionsAfterRestart = SessionTokens(cipher: cipher, identities: identities, time: clock, random: random)
    try await registry.load()
    try await accounts.load()
  }

  func rows(_ sql: String) async throws -> [Row] { try await database.read { try $0.query(sql, []) } }

  func execute(_ sql: String) async throws { try await database.write { try $0.execute(sql, []) } }

  /// A ledger that has what is on disk, and the store behind it.
  func activity() async throws -> (ledger: ActivityLedger, store: ActivityStore) {
    let ledger = ActivityLedger()
    let store = ActivityStore(database, ledger: ledger, identities: identities, accessKeys: accessKeys, time: clock)
    try await store.load()
    return (ledger, store)
  }

  /// What a server that starts again has in memory.
  func startAgain() async throws -> IdentityDirectory { try await startAnew().identities }

  /// The same, with its accounts. All keys are read from the database.
  func startAnew() async throws -> (
    identities: IdentityDirectory, accessKeys: AccessKeyDirectory, organization: OrganizationDirectory
  ) {
    _ = try await bootstrap.run(for: account)
    let identities = IdentityDirectory()
    let accessKeys = AccessKeyDirectory([])
    let keyring = try await AccountKeyStore(database).load(root: PaddedRootKey())
    let cipher = EnvelopeCipher(keyring: keyring, random: random)
    let organization = OrganizationDirectory(management: account)
    let registry = IdentityRegistry(
      database, cipher: cipher, accessKeys: accessKeys, identities: identities, organization: organization, time: clock,
      random: random)
    let accounts = OrganizationRegistry(
      database, directory: organization, identities: registry, cipher: cipher, root: { PaddedRootKey() }, time: clock,
      random: random)
    try await registry.load()
    try await accounts.load()
    return (identities, accessKeys, organization)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  static func document(_ action: String, effect: String = "Allow") -> String {
    #"{"Version": "2012-10-17", "Statement": {"Effect": "\#(effect)", "Action": "\#(action)", "Resource": "*"}}"#
  }

  static let trust = """
    {"Version": "2012-10-17", "Statement": \
    {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}}
    """

  func user(_ name: String) async throws -> User {
    try await registry.createUser(name, path: "/", boundary: nil, in: account).user
  }

  func role(_ name: String) async throws -> Role {
    try await registry.createRole(
      name, path: "/", trustPolicy: Self.trust, description: "", maximumSession: 3600, boundary: nil, in: account
    ).role
  }

  /// Whether the policies in memory let the principal do the action.
  func allows(_ principal: Principal, _ action: String) -> Bool {
    guard let policies = identities.policies(of: principal) else { return false }
    let question = PolicyQuestion(
      caller: principal.caller, action: action, resource: "arn:aws:probe:::x", resourceAccount: account.description)
    return PolicyEvaluator.decide(question, by: policies.set).isAllowed
  }
}
