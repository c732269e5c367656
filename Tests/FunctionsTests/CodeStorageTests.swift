import Core
import Cryptography
import Testing

@testable import Functions

/// What an account may have of code, on a database where every function's package is one byte.
struct CodeStorageTests {
  private let fixture: RegistryFixture
  private let layers: LayerRegistry
  private let storage: CodeStorage

  init() async throws {
    fixture = try await RegistryFixture(codeLimit: 3)
    storage = CodeStorage(limit: 3, database: fixture.database)
    layers = LayerRegistry(
      database: fixture.database, time: fixture.time, codeStorage: storage, policies: fixture.registry.policies)
  }

  @Test func `versions of functions and layers count together`() async throws {
    let name = try await fixture.create("a")
    #expect(try await storage.used(at: fixture.place) == 1)
    _ = try await publish(name)
    #expect(try await storage.used(at: fixture.place) == 2)
    try await publishLayer(bytes: 1)
    #expect(try await storage.used(at: fixture.place) == 3)
    try await fixture.registry.delete(name, at: fixture.place)
    #expect(try await storage.used(at: fixture.place) == 1)
  }

  @Test func `what would be too much is not kept`() async throws {
    let name = try await fixture.create("a")
    try await publishLayer(bytes: 2)
    await #expect(throws: CodeStorageExceeded()) { try await fixture.create("b") }
    await #expect(throws: CodeStorageExceeded()) { try await publish(name) }
    await #expect(throws: CodeStorageExceeded()) { try await publishLayer(bytes: 1) }
    await #expect(throws: CodeStorageExceeded()) { try await update(name, bytes: 2) }
    #expect(fixture.catalog.allVersions(at: fixture.place).map(\.code.size) == [1])
    #expect(try await storage.used(at: fixture.place) == 3)
  }

  @Test func `code that takes the place of other code needs only what it is larger`() async throws {
    let name = try await fixture.create("a")
    try await publishLayer(bytes: 1)
    try await update(name, bytes: 2)
    try await update(name, bytes: 2)
    #expect(try await storage.used(at: fixture.place) == 3)
  }

  @Test func `room is asked for before anything is stored`() async throws {
    _ = try await fixture.create("a")
    try await storage.checkRoom(for: 2, at: fixture.place)
    await #expect(throws: CodeStorageExceeded()) { try await storage.checkRoom(for: 3, at: fixture.place) }
    try await storage.checkRoom(for: 0, at: fixture.place)
  }

  @Test func `an account that has too much already may still take less`() async throws {
    try await publishLayer(bytes: 3)
    let smaller = CodeStorage(limit: 1, database: fixture.database)
    try await smaller.checkRoom(for: -1, at: fixture.place)
    await #expect(throws: CodeStorageExceeded()) { try await smaller.checkRoom(for: 1, at: fixture.place) }
  }

  private func publish(_ name: FunctionName) async throws -> FunctionVersion {
    try await fixture.registry.publish(name, at: fixture.place, description: nil, codeDigest: nil, revisionID: nil)
  }

  private func update(_ name: FunctionName, bytes: Int) async throws {
    let code = FunctionCode(digest: Hashing.sha256([2]), size: bytes)
    _ = try await fixture.registry.update(name, at: fixture.place, revisionID: nil, code: code)
  }

  private func publishLayer(bytes: Int) async throws {
    _ = try await layers.publish(
      try #require(LayerName("l")), at: fixture.place,
      details: LayerDetails(description: "", runtimes: [], architectures: [], license: nil),
      content: LayerContent(digest: Hashing.sha256([3]), size: bytes, unpackedSize: 1))
  }
}
