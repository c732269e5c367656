import Core
import Testing

@testable import Functions

/// Reserved concurrency through the registry, on a database of the test's own.
struct ConcurrencyRegistryTests {
  private let fixture: RegistryFixture

  init() async throws { fixture = try await RegistryFixture() }

  private func reserve(_ reserved: Int?, _ name: FunctionName) async throws {
    try await fixture.registry.reserveConcurrency(reserved, for: name, at: fixture.place, most: 900)
  }

  private func reserved(_ name: FunctionName) -> Int? {
    fixture.catalog.concurrency(of: name, at: fixture.place)?.reserved
  }

  @Test func `a reservation is set, changed and taken away`() async throws {
    let name = try await fixture.create("f")
    #expect(reserved(name) == nil)
    try await reserve(5, name)
    #expect(reserved(name) == 5)
    try await reserve(0, name)
    #expect(reserved(name) == 0)
    try await reserve(nil, name)
    #expect(reserved(name) == nil)
  }

  @Test func `all functions together reserve no more than they may`() async throws {
    let (one, other) = (try await fixture.create("one"), try await fixture.create("other"))
    try await reserve(600, one)
    await #expect(throws: FunctionError.tooMuchReserved) { try await reserve(301, other) }
    try await reserve(300, other)
    try await reserve(0, one)
    try await reserve(900, other)
    #expect(reserved(other) == 900)
  }

  @Test func `a reservation outlives the server and changes of the function`() async throws {
    let name = try await fixture.create("f")
    try await reserve(7, name)
    _ = try await fixture.registry.update(name, at: fixture.place, revisionID: nil, variables: ["A": "1"])
    #expect(reserved(name) == 7)
    let (catalog, registry) = fixture.reopened()
    try await registry.load()
    #expect(catalog.concurrency(of: name, at: fixture.place)?.reserved == 7)
  }

  @Test func `a reservation goes with its function and does not come back with its name`() async throws {
    let name = try await fixture.create("f")
    try await reserve(7, name)
    try await fixture.registry.delete(name, at: fixture.place)
    #expect(fixture.catalog.concurrency(of: name, at: fixture.place) == nil)
    _ = try await fixture.create("f")
    #expect(reserved(name) == nil)
  }

  @Test func `nothing is reserved for a function that is not there`() async throws {
    let name = try #require(FunctionName("nobody"))
    await #expect(throws: FunctionError.notFound(FunctionVersion.arn(name, at: fixture.place).description)) {
      try await reserve(1, name)
    }
  }
}
