import Core
import Cryptography
import Foundation
import Storage
import Synchronization
import Testing

@testable import Functions

/// A registry with its catalog, and what it has told.
final class RegistryFixture: Sendable {
  let place: AccountRegion
  let catalog = FunctionCatalog()
  let registry: FunctionRegistry
  let time = ManualTimeSource()
  let database: SQLiteDatabase
  private let environment: FunctionEnvironment
  private let changes = Changes()
  private let directory: String

  /// - Parameter codeLimit: bytes of code that the account may have.
  init(codeLimit: Int = 1 << 20) async throws {
    directory = NSTemporaryDirectory() + "redoubt-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    place = AccountRegion(
      account: try #require(AccountID("111111111111")), region: try #require(Region("us-east-1")))
    database = try SQLiteDatabase.open(path: directory + "/db")
    try await database.migrate(
      FunctionStore.migrations + HygieneStore.migrations + AliasStore.migrations + TagStore.migrations
        + LayerStore.migrations + ConcurrencyStore.migrations + SnapshotStore.migrations
        + ResourcePolicyStore.migrations)
    let random = SeededRandomSource(seed: 7)
    let root = UnwrappedRootKey()
    let key = try WrappedAccountKey(generatingFor: place.account, version: 1, root: root, random: random)
    environment = FunctionEnvironment(
      cipher: EnvelopeCipher(keyring: try AccountKeyring(opening: [key], root: root), random: random))
    registry = FunctionRegistry(
      database: database, catalog: catalog, environment: environment, time: time,
      random: SeededRandomSource(seed: 8), codeStorage: CodeStorage(limit: codeLimit, database: database),
      policies: ResourcePolicies(database: database, random: SeededRandomSource(seed: 10)),
      retired: { _ in }, hygieneChanged: changes.add, changed: { _, _ in })
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
      random: SeededRandomSource(seed: 9), codeStorage: CodeStorage(limit: 1 << 20, database: database),
      policies: ResourcePolicies(database: database, random: SeededRandomSource(seed: 11)),
      retired: { _ in }, hygieneChanged: { _ in }, changed: { _, _ in })
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
