import Core
import Cryptography
import Foundation
import Storage
import Synchronization
import Testing

@testable import Functions

/// Hygiene modes through the registry, on a database of the test's own.
struct HygieneRegistryTests {
  private let fixture: RegistryFixture

  init() async throws { fixture = try await RegistryFixture() }

  @Test func `a function has the platform's mode until its account or itself has one`() async throws {
    let (name, place) = (try await fixture.create("f"), fixture.place)
    #expect(fixture.catalog.hygiene(of: name, at: place) == .perInvocation)
    try await fixture.registry.setHygiene(.perEnvironment, at: place)
    #expect(fixture.catalog.hygiene(of: name, at: place) == .perEnvironment)
    try await fixture.registry.setHygiene(.singleUse, of: name, at: place)
    #expect(fixture.catalog.hygiene(of: name, at: place) == .singleUse)
    try await fixture.registry.setHygiene(nil, of: name, at: place)
    #expect(fixture.catalog.hygiene(of: name, at: place) == .perEnvironment)
    try await fixture.registry.setHygiene(nil, at: place)
    #expect(fixture.catalog.hygiene(of: name, at: place) == .perInvocation)
  }

  @Test func `modes outlive the server`() async throws {
    let name = try await fixture.create("f")
    try await fixture.registry.setHygiene(.perEnvironment, at: fixture.place)
    try await fixture.registry.setHygiene(.singleUse, of: name, at: fixture.place)
    let (catalog, registry) = fixture.reopened()
    try await registry.load()
    #expect(catalog.ownHygiene(of: name, at: fixture.place) == .singleUse)
    #expect(catalog.ownHygiene(at: fixture.place) == .perEnvironment)
  }

  @Test func `a mode goes with its function and does not come back with its name`() async throws {
    let name = try await fixture.create("f")
    try await fixture.registry.setHygiene(.singleUse, of: name, at: fixture.place)
    try await fixture.registry.delete(name, at: fixture.place)
    _ = try await fixture.create("f")
    #expect(fixture.catalog.ownHygiene(of: name, at: fixture.place) == nil)
  }

  @Test func `a mode belongs to no version and outlives them`() async throws {
    let name = try await fixture.create("f")
    try await fixture.registry.setHygiene(.singleUse, of: name, at: fixture.place)
    _ = try await fixture.registry.update(name, at: fixture.place, revisionID: nil, variables: ["A": "1"])
    #expect(fixture.catalog.ownHygiene(of: name, at: fixture.place) == .singleUse)
  }

  @Test func `a function that is not there has no mode to set`() async throws {
    let name = try #require(FunctionName("nobody"))
    await #expect(throws: FunctionError.notFound(FunctionVersion.arn(name, at: fixture.place).description)) {
      try await fixture.registry.setHygiene(.singleUse, of: name, at: fixture.place)
    }
  }

  @Test func `whoever runs functions hears of each version whose mode is another one, and of no other`() async throws {
    let (own, follower) = (try await fixture.create("own"), try await fixture.create("follower"))
    try await fixture.registry.setHygiene(.singleUse, of: own, at: fixture.place)
    #expect(fixture.takeChanges() == ["own PerInvocation SingleUse"])
    try await fixture.registry.setHygiene(.singleUse, of: own, at: fixture.place)
    #expect(fixture.takeChanges() == [])
    try await fixture.registry.setHygiene(.perEnvironment, at: fixture.place)
    #expect(fixture.takeChanges() == ["follower PerInvocation PerEnvironment"])
    try await fixture.registry.setHygiene(.perEnvironment, of: follower, at: fixture.place)
    #expect(fixture.takeChanges() == [])
  }
}

/// A registry with its catalog, and what it has told.
private final class RegistryFixture: Sendable {
  let place: AccountRegion
  let catalog = FunctionCatalog()
  let registry: FunctionRegistry
  private let database: SQLiteDatabase
  private let environment: FunctionEnvironment
  private let changes = Changes()
  private let directory: String

  init() async throws {
    directory = NSTemporaryDirectory() + "redoubt-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    place = AccountRegion(
      account: try #require(AccountID("111111111111")), region: try #require(Region("us-east-1")))
    database = try SQLiteDatabase.open(path: directory + "/db")
    try await database.migrate(FunctionStore.migrations + HygieneStore.migrations)
    let random = SeededRandomSource(seed: 7)
    let root = UnwrappedRootKey()
    let key = try WrappedAccountKey(generatingFor: place.account, version: 1, root: root, random: random)
    environment = FunctionEnvironment(
      cipher: EnvelopeCipher(keyring: try AccountKeyring(opening: [key], root: root), random: random))
    registry = FunctionRegistry(
      database: database, catalog: catalog, environment: environment, time: ManualTimeSource(),
      random: SeededRandomSource(seed: 8), retired: { _ in }, hygieneChanged: changes.add)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func create(_ text: String) async throws -> FunctionName {
    let name = try #require(FunctionName(text))
    let code = FunctionCode(digest: Hashing.sha256([1]), size: 1)
    let configuration = FunctionConfiguration(
      runtime: "python3.11", handler: "a.b", role: "r", description: "", timeout: 3, memorySize: 128,
      ephemeralStorage: 512)
    _ = try await registry.create(
      name, at: place, configuration: configuration, code: code, variables: [:], publish: false)
    return name
  }

  func takeChanges() -> [String] { changes.take() }

  func reopened() -> (FunctionCatalog, FunctionRegistry) {
    let catalog = FunctionCatalog()
    let registry = FunctionRegistry(
      database: database, catalog: catalog, environment: environment, time: ManualTimeSource(),
      random: SeededRandomSource(seed: 9), retired: { _ in }, hygieneChanged: { _ in })
    return (catalog, registry)
  }
}

private final class Changes: Sendable {
  private let all = Mutex<[String]>([])

  @Sendable func add(_ change: HygieneChange) {
    all.withLock { $0.append("\(change.version.name) \(change.old.rawValue) \(change.new.rawValue)") }
  }

  func take() -> [String] {
    all.withLock { all in
      defer { all = [] }
      return all
    }
  }
}

/// A root key that hides nothing.
private struct UnwrappedRootKey: RootKeySource {
  let keyID = "unwrapped"

  func wrap(_ key: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8] { key }
  func unwrap(_ wrapped: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8] { wrapped }
}
