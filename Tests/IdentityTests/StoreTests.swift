import Core
import Cryptography
import Storage
import Testing
import Wire

@testable import Identity

@Suite struct StoreTests {
  private let database = TableDouble()
  private let random = SeededRandomSource(seed: 7)
  private let clock = ManualTimeSource()
  private let account: AccountID

  init() throws { account = try #require(AccountID("123456789012")) }

  @Test func `an account gets one administrator, once`() async throws {
    let bootstrap = AdministratorBootstrap(database, cipher: try await cipher(), random: random, time: clock)
    let credentials = try await bootstrap.run(for: account)
    #expect(credentials != nil)
    #expect(try await bootstrap.run(for: account) == nil)
    let principals = try await PrincipalStore(database).all()
    #expect(principals.map(\.arn.description) == ["arn:aws:iam::123456789012:user/administrator"])
    #expect(principals.map(\.isAdministrator) == [true])
    #expect(principals.map(\.kind) == [.user("administrator")])
  }

  @Test func `what the administrator signs is authentic after a restart`() async throws {
    let first = try await cipher()
    let bootstrap = AdministratorBootstrap(database, cipher: first, random: random, time: clock)
    let credentials = try #require(try await bootstrap.run(for: account))
    let directory = AccessKeyDirectory(try await identities(try await cipher()))
    let region = try #require(Region("us-east-1"))
    let head = RequestHead(method: "GET", target: "/", headers: [("Host", "localhost")])
    let added = try RequestSigner(credentials).sign(
      head, body: [], service: "lambda", region: region, at: clock.wallTime())
    let signed = RequestHead(method: "GET", target: "/", headers: head.headers + added)
    let verifier = SignatureVerifier(
      directory: directory, sessions: nil, organization: OrganizationDirectory(management: account), time: clock)
    let caller = try verifier.begin(signed, service: "lambda", region: region).finish(())
    #expect(caller.principal.isAdministrator)
    #expect(directory.find(credentials.accessKeyID)?.credentials == credentials)
  }

  @Test func `no table and no text holds the secret`() async throws {
    let bootstrap = AdministratorBootstrap(database, cipher: try await cipher(), random: random, time: clock)
    let credentials = try #require(try await bootstrap.run(for: account))
    let tables = ["account_keys", "principals", "access_keys"].map { String(describing: database.rows(of: $0)) }
    #expect(tables.allSatisfy { !$0.contains(credentials.secretAccessKey) })
    let identity = try #require(try await identities(try await cipher()).first)
    #expect(!"\(identity) \([identity]) \(credentials) \([credentials])".contains(credentials.secretAccessKey))
  }

  @Test func `a secret moved to another key does not open`() async throws {
    let cipher = try await cipher()
    _ = try await AdministratorBootstrap(database, cipher: cipher, random: random, time: clock).run(for: account)
    database.change("access_keys") { $0[0]["id"] = .text("AKIASOMEBODYELSE0000") }
    await #expect(throws: CryptographyError.self) { try await identities(cipher) }
  }

  @Test func `a key without its principal is reported`() async throws {
    let cipher = try await cipher()
    _ = try await AdministratorBootstrap(database, cipher: cipher, random: random, time: clock).run(for: account)
    let error = await #expect(throws: IdentityError.self) {
      try await AccessKeyStore(database, cipher: cipher).open(for: [])
    }
    #expect(error?.code == .unknownPrincipal)
  }

  @Test func `an account's key is made once`() async throws {
    #expect(try await AccountKeyStore(database).isEmpty())
    _ = try await cipher()
    _ = try await cipher()
    #expect(database.rows(of: "account_keys").count == 1)
    #expect(try await !AccountKeyStore(database).isEmpty())
  }

  private func identities(_ cipher: EnvelopeCipher) async throws -> [SigningIdentity] {
    try await AccessKeyStore(database, cipher: cipher).open(for: try await PrincipalStore(database).all())
  }

  private func cipher() async throws -> EnvelopeCipher {
    let store = AccountKeyStore(database)
    let root = PaddedRootKey()
    try await store.ensureKey(for: account, root: root, random: random)
    return EnvelopeCipher(keyring: try await store.load(root: root), random: random)
  }
}
