import Core
import Foundation
import Storage
import Testing

@testable import Identity

struct OrganizationRegistryTests {
  private let bench: RegistryBench

  init() async throws { bench = try await RegistryBench() }

  private func id(_ text: String) throws -> AccountID { try #require(AccountID(text)) }

  private func failure(_ body: () async throws -> Void) async -> OrganizationFailure? {
    await #expect(throws: OrganizationFailure.self) { try await body() }
  }

  @Test func `the management account is there, and nothing binds it`() async throws {
    #expect(try await bench.accounts.accounts(after: "", limit: 10).map(\.name) == ["management"])
    #expect(bench.organization.isActive(bench.account))
  }

  @Test func `a new account has a key, an administrator and a role of its own, at once and after a restart`()
    async throws
  {
    let made = try await bench.accounts.createAccount("dev", id: try id("000000000002"))
    let again = try await bench.startAnew()
    for (keys, identities, organization) in [
      (bench.accessKeys, bench.identities, bench.organization),
      (again.accessKeys, again.identities, again.organization),
    ] {
      let signer = try #require(keys.find(made.credentials.accessKeyID))
      #expect(signer.principal.account == made.account.id && signer.principal.isAdministrator)
      #expect(signer.credentials == made.credentials)
      #expect(identities.policies(of: signer.principal) != nil)
      #expect(identities.role("arn:aws:iam::000000000002:role/lambda-basic") != nil)
      #expect(organization.isActive(made.account.id))
    }
    #expect(bench.accessKeys.administrator(of: bench.account) != nil)
  }

  @Test func `an id or a name is taken once, and the account that has it keeps its key`() async throws {
    let made = try await bench.accounts.createAccount("dev", id: try id("000000000002"))
    let sameID = await failure { _ = try await bench.accounts.createAccount("prod", id: made.account.id) }
    #expect(sameID == .accountExists("an account of the id `000000000002` exists"))
    let sameName = await failure { _ = try await bench.accounts.createAccount("DEV", id: try id("000000000003")) }
    #expect(sameName == .accountExists("an account of the name `DEV` exists"))
    #expect(await failure { _ = try await bench.accounts.createAccount("own", id: bench.account) } != nil)
    #expect(!bench.organization.isActive(try id("000000000003")))
    _ = try await bench.user("later")
    #expect(bench.accessKeys.find(made.credentials.accessKeyID)?.credentials == made.credentials)
    _ = try await bench.accounts.createAccount("prod", id: try id("000000000003"))
  }

  @Test func `accounts without a wanted id have different ones`() async throws {
    let ids = [
      try await bench.accounts.createAccount("a", id: nil).account.id,
      try await bench.accounts.createAccount("b", id: nil).account.id,
    ]
    #expect(Set(ids).count == 2)
    #expect(try await bench.accounts.accounts(after: "", limit: 10).count == 3)
    let sorted = ids.map(\.description).sorted()
    #expect(try await bench.accounts.accounts(after: sorted[0], limit: 10).last?.id.description == sorted[1])
  }

  @Test func `a suspended account is not active, also after a restart, until it is resumed`() async throws {
    let id = try await bench.accounts.createAccount("dev", id: nil).account.id
    #expect(try await bench.accounts.setSuspended(true, id).isSuspended)
    #expect(!bench.organization.isActive(id))
    #expect(try await !bench.startAnew().organization.isActive(id))
    #expect(try await !bench.accounts.setSuspended(false, id).isSuspended)
    #expect(bench.organization.isActive(id))
    let missing = await failure { _ = try await bench.accounts.setSuspended(true, try self.id("000000000009")) }
    #expect(missing == .noSuchAccount("no account has the id `000000000009`"))
  }

  @Test func `the management account is not suspended`() async throws {
    let refused = await failure { _ = try await bench.accounts.setSuspended(true, bench.account) }
    #expect(refused == .managementAccount("the management account `123456789012` is never suspended"))
    #expect(await failure { _ = try await bench.accounts.resetAdministrator(of: bench.account) } != nil)
    #expect(bench.organization.isActive(bench.account))
  }

  @Test func `the administrator's keys are replaced, and those of others stay`() async throws {
    let made = try await bench.accounts.createAccount("dev", id: nil)
    let other = try await bench.accounts.createAccount("prod", id: nil)
    let new = try await bench.accounts.resetAdministrator(of: made.account.id)
    #expect(bench.accessKeys.find(made.credentials.accessKeyID) == nil)
    #expect(bench.accessKeys.find(new.credentials.accessKeyID)?.principal.account == made.account.id)
    #expect(bench.accessKeys.find(other.credentials.accessKeyID) != nil)
  }

  @Test func `accounts of a database from before there was a table of them are entered`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let database = try SQLiteDatabase.open(path: path)
    try await database.migrate(AccountKeyStore.migrations + PrincipalStore.migrations)
    for text in ["000000000000", "000000000001"] {
      try await AccountKeyStore(database).ensureKey(for: try id(text), root: PaddedRootKey(), random: bench.random)
    }
    try await database.migrate(AccountKeyStore.migrations + PrincipalStore.migrations + AccountStore.migrations)
    let found = try await database.read { try AccountStore().all($0) }
    #expect(found.map(\.id.description) == ["000000000000", "000000000001"])
    #expect(found.allSatisfy { !$0.isSuspended })
  }

  @Test func `a name is none that could be an id`() {
    for name in ["dev", "a", "Team-1.x_y", String(repeating: "a", count: 50)] { #expect(Account.isName(name)) }
    for name in ["", "-a", "a b", "000000000000", "grün", String(repeating: "a", count: 51)] {
      #expect(!Account.isName(name))
    }
  }
}
