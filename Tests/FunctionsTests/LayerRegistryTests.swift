import Core
import Cryptography
import Foundation
import Storage
import Testing

@testable import Functions

/// Layers through the registry, on a database of the test's own.
struct LayerRegistryTests {
  private let fixture: LayerFixture

  init() async throws { fixture = try await LayerFixture() }

  @Test func `a version comes back as it was published`() async throws {
    let details = LayerDetails(
      description: "dé", runtimes: ["python3.11"], architectures: ["x86_64"], license: "MIT\u{0}")
    let published = try await fixture.publish("a", details)
    #expect(published.reference.number == 1)
    #expect(published.details == details)
    #expect(try await fixture.registry.version(published.reference) == published)
  }

  @Test func `numbers go on after a deletion and are never used again`() async throws {
    let first = try await fixture.publish("a")
    let second = try await fixture.publish("a")
    try await fixture.registry.delete(second.reference)
    try await fixture.registry.delete(first.reference)
    #expect(try await fixture.publish("a").reference.number == 3)
    #expect(try await fixture.publish("b").reference.number == 1)
  }

  @Test func `a deleted version is not found, and deleting it again is no error`() async throws {
    let version = try await fixture.publish("a")
    try await fixture.registry.delete(version.reference)
    try await fixture.registry.delete(version.reference)
    await #expect(throws: LayerError.notFound) { try await fixture.registry.version(version.reference) }
  }

  @Test func `versions are listed newest first, below a number`() async throws {
    for _ in 1...4 { _ = try await fixture.publish("a") }
    _ = try await fixture.publish("b")
    let name = try #require(LayerName("a"))
    let below = try await fixture.registry.versions(of: name, at: fixture.place, below: 4)
    #expect(below.map(\.reference.number) == [3, 2, 1])
    #expect(try await fixture.registry.versions(of: .none, at: fixture.place, below: .max) == [])
  }

  @Test func `layers are listed in order of names, newest first in each, of one place`() async throws {
    for name in ["b", "a", "c", "b"] { _ = try await fixture.publish(name) }
    let elsewhere = AccountRegion(account: fixture.place.account, region: try #require(Region("eu-west-1")))
    _ = try await fixture.publish("d", at: elsewhere)
    let all = try await fixture.registry.allVersions(after: "a", at: fixture.place)
    #expect(all.map { "\($0.reference.name):\($0.reference.number)" } == ["b:2", "b:1", "c:1"])
  }

  @Test func `the packages of versions that are there are needed, and of no others`() async throws {
    let kept = try await fixture.publish("a", content: [1])
    let dropped = try await fixture.publish("b", content: [2])
    try await fixture.registry.delete(dropped.reference)
    let needed = try await fixture.registry.referencedContent()
    #expect(needed == [ArtifactID(account: fixture.place.account, digest: kept.content.digest)])
  }

  @Test func `a filter takes only what the publisher named`() {
    let details = LayerDetails(description: "", runtimes: ["python3.11"], architectures: [], license: nil)
    #expect(details.isCompatible(runtime: nil, architecture: nil))
    #expect(details.isCompatible(runtime: "python3.11", architecture: nil))
    #expect(!details.isCompatible(runtime: "python3.12", architecture: nil))
    #expect(!details.isCompatible(runtime: "python3.11", architecture: "x86_64"))
  }
}

private final class LayerFixture: Sendable {
  let place: AccountRegion
  let registry: LayerRegistry
  private let directory: String

  init() async throws {
    directory = NSTemporaryDirectory() + "redoubt-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    place = AccountRegion(
      account: try #require(AccountID("111111111111")), region: try #require(Region("us-east-1")))
    let database = try SQLiteDatabase.open(path: directory + "/db")
    try await database.migrate(FunctionStore.migrations + LayerStore.migrations + ResourcePolicyStore.migrations)
    registry = LayerRegistry(
      database: database, time: ManualTimeSource(), codeStorage: CodeStorage(limit: 1 << 20, database: database),
      policies: ResourcePolicies(database: database, random: SeededRandomSource(seed: 3)))
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func publish(
    _ text: String, _ details: LayerDetails? = nil, at other: AccountRegion? = nil, content: [UInt8] = [1]
  ) async throws -> LayerVersion {
    let none = LayerDetails(description: "", runtimes: [], architectures: [], license: nil)
    return try await registry.publish(
      try #require(LayerName(text)), at: other ?? place, details: details ?? none,
      content: LayerContent(digest: Hashing.sha256(content), size: 7, unpackedSize: 9))
  }
}
