import Core
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
