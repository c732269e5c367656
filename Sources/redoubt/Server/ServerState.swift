import Core
import Cryptography
import Functions
import Identity
import Storage
import Telemetry

/// What is on disk: the database with its migrations, the keys and the first administrator.
struct ServerState: Sendable {
  /// In the order in which they were introduced; a shipped one never moves.
  static let migrations =
    AccountKeyStore.migrations + PrincipalStore.migrations + AccessKeyStore.migrations + FunctionStore.migrations
    + LogSchema.migrations + HygieneStore.migrations + FindingStore.migrations + LayerStore.migrations
    + LogSchema.streamMigrations + AliasStore.migrations + TagStore.migrations + LogSchema.sizeMigrations
    + ConcurrencyStore.migrations + SnapshotStore.migrations + PolicyGrantStore.migrations
    + ManagedPolicyStore.migrations + GroupStore.migrations + RoleStore.migrations
    + IdentityTagStore.migrations + AccessKeyStore.deletionMigrations + ResourcePolicyStore.migrations
    + ActivityStore.migrations + IdentityReportStore.migrations + AccountAliasStore.migrations
    + AccountStore.migrations + GuardrailStore.migrations + OIDCProviderStore.migrations

  let database: SQLiteDatabase
  let cipher: EnvelopeCipher
  let directory: AccessKeyDirectory
  /// The policies of all principals.
  let identities = IdentityDirectory()
  let registry: IdentityRegistry
  let activity: ActivityStore
  /// The accounts and what binds them; that of the configuration is the management account.
  let organization: OrganizationDirectory
  let accounts: OrganizationRegistry
  let sessions: SessionTokens
  /// What goes with denials.
  let messages: AuthorizationMessages

  /// Opens the state, or makes it on the first start.
  init(_ configuration: ServeConfiguration, time: any TimeSource, random: any RandomSource) async throws {
    database = try SQLiteDatabase.open(path: configuration.dataDirectory + "/redoubt.sqlite")
    try await database.migrate(Self.migrations)
    let keys = AccountKeyStore(database)
    let root = try Self.rootKey(configuration, isNew: try await keys.isEmpty(), random)
    try await keys.ensureKey(for: configuration.account, root: root, random: random)
    cipher = EnvelopeCipher(keyring: try await keys.load(root: root), random: random)
    _ = try await AdministratorBootstrap(database, cipher: cipher, random: random, time: time)
      .run(for: configuration.account)
    directory = AccessKeyDirectory([])
    organization = OrganizationDirectory(management: configuration.account)
    registry = IdentityRegistry(
      database, cipher: cipher, accessKeys: directory, identities: identities, organization: organization, time: time,
      random: random)
    activity = ActivityStore(
      database, ledger: registry.activity, identities: identities, accessKeys: directory, time: time)
    messages = AuthorizationMessages(cipher: cipher)
    sessions = SessionTokens(cipher: cipher, identities: identities, time: time, random: random)
    accounts = OrganizationRegistry(
      database, directory: organization, identities: registry, cipher: cipher,
      root: { try Self.rootKey(configuration, isNew: false, random) }, time: time, random: random)
    try await registry.load()
    try await activity.load()
    try await accounts.load()
    try await writeCredentials(configuration, random)
  }

  /// A new root key is made only where nothing is sealed yet.
  private static func rootKey(
    _ configuration: ServeConfiguration, isNew: Bool, _ random: any RandomSource
  ) throws -> FileRootKey {
    let path = configuration.secretsDirectory + "/root.key"
    do {
      return isNew
        ? try FileRootKey(loadingOrCreating: path, random: random) : try FileRootKey(loading: path, random: random)
    } catch {
      throw CommandFailure(.configuration, "the root key cannot be used: \(error.message)")
    }
  }

  private func writeCredentials(
    _ configuration: ServeConfiguration, _ random: any RandomSource
  ) async throws {
    guard let administrator = directory.administrator(of: configuration.account) else { return }
    let file = CredentialsFile(configuration.secretsDirectory + "/credentials")
    let keys = AccessKeyStore(database, cipher: cipher)
    var wasDeleted = false
    if let present = try file.accessKeyID() { wasDeleted = try await keys.wasDeleted(present) }
    try file.ensure(administrator.credentials, random: random) { [directory, wasDeleted] id in
      directory.find(id) != nil ? .known : wasDeleted ? .deleted : .foreign
    }
  }
}
