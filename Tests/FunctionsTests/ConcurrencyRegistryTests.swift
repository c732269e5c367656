import Core
import Testing

@testable import Functions

/// Reserved concurrency through the registry, on a database of the test's own.
struct ConcurrencyRegistryTests {
  private let fixture: RegistryFixture
  private let limit = KeptConcurrencyLimit(most: 900, leastUnreserved: 100)

  init() async throws { fixture = try await RegistryFixture() }

  private func reserve(_ reserved: Int?, _ name: FunctionName) async throws {
    try await fixture.registry.reserveConcurrency(reserved, for: name, at: fixture.place, within: limit)
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
    await #expect(throws: ConcurrencyError.tooMuchReserved(leaving: 100)) { try await reserve(301, other) }
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

  private func provision(_ requested: Int, _ qualifier: String, of name: FunctionName) async throws {
    _ = try await fixture.registry.provision(requested, for: qualifier, of: name, at: fixture.place, within: limit)
  }

  /// `QUALIFIER VERSION COUNT` of each configuration.
  private func provisioned(_ name: FunctionName) -> [String] {
    fixture.catalog.provisioned(of: name, at: fixture.place).map {
      "\($0.qualifier) \($0.version.qualifier) \($0.concurrency.requested)"
    }
  }

  /// A function with the versions 1 and 2, and an alias of the first.
  private func versioned(_ text: String) async throws -> FunctionName {
    let (name, place) = (try await fixture.create(text), fixture.place)
    for value in ["one", "two"] {
      _ = try await fixture.registry.update(
        name, at: place, revisionID: nil, variables: ["VALUE": value], publish: true)
    }
    let alias = try #require(AliasName("live"))
    _ = try await fixture.registry.createAlias(
      alias, of: name, at: place, to: .version(1), additional: nil, description: "")
    return name
  }

  @Test func `what is provisioned by an alias follows it, and goes with it`() async throws {
    let (name, place) = (try await versioned("f"), fixture.place)
    let alias = try #require(AliasName("live"))
    try await provision(3, "live", of: name)
    #expect(provisioned(name) == ["live 1 3"])
    let change = AliasChange(version: .version(2), description: nil, additional: nil)
    _ = try await fixture.registry.updateAlias(alias, of: name, at: place, change, revisionID: nil)
    #expect(provisioned(name) == ["live 2 3"])
    let (catalog, registry) = fixture.reopened()
    try await registry.load()
    #expect(catalog.provisioned(of: name, at: place).map(\.concurrency.requested) == [3])
    try await fixture.registry.deleteAlias(alias, of: name, at: place)
    #expect(provisioned(name) == [])
  }

  @Test func `an alias by which something is provisioned does not get a second version`() async throws {
    let name = try await versioned("f")
    try await provision(3, "live", of: name)
    let change = AliasChange(
      version: nil, description: nil, additional: .some(AdditionalVersion(.version(2), weight: 0.5)))
    await #expect(throws: ConcurrencyError.weightedAlias) {
      let alias = try #require(AliasName("live"))
      _ = try await fixture.registry.updateAlias(alias, of: name, at: fixture.place, change, revisionID: nil)
    }
  }

  @Test func `a version is provisioned by one qualifier`() async throws {
    let name = try await versioned("f")
    try await provision(3, "1", of: name)
    await #expect(throws: ConcurrencyError.versionIsProvisioned) { try await provision(1, "live", of: name) }
    try await fixture.registry.unprovision("1", of: name, at: fixture.place)
    try await provision(1, "live", of: name)
    await #expect(throws: ConcurrencyError.aliasIsProvisioned) { try await provision(3, "1", of: name) }
    try await provision(2, "2", of: name)
    #expect(provisioned(name) == ["2 2 2", "live 1 1"])
    try await fixture.registry.delete(name, .version(2), at: fixture.place)
    #expect(provisioned(name) == ["live 1 1"])
  }

  @Test func `what is provisioned stays within what is reserved, and what is reserved above what is provisioned`()
    async throws
  {
    let name = try await versioned("f")
    try await reserve(10, name)
    try await provision(6, "1", of: name)
    await #expect(throws: ConcurrencyError.moreThanReserved) { try await provision(5, "2", of: name) }
    try await provision(4, "2", of: name)
    await #expect(throws: ConcurrencyError.lessThanProvisioned(reserved: 9, provisioned: 10)) {
      try await reserve(9, name)
    }
  }

  @Test func `what is provisioned counts for what functions may keep together`() async throws {
    let (one, other) = (try await versioned("one"), try await versioned("other"))
    try await provision(600, "1", of: one)
    await #expect(throws: ConcurrencyError.tooMuchProvisioned(leaving: 100)) {
      try await provision(301, "1", of: other)
    }
    await #expect(throws: ConcurrencyError.tooMuchReserved(leaving: 100)) { try await reserve(301, other) }
    try await reserve(300, other)
    try await provision(300, "1", of: other)
  }

  @Test func `nothing is provisioned for what is no published version`() async throws {
    let name = try await versioned("f")
    let arn = FunctionVersion.arn(name, at: fixture.place)
    await #expect(throws: ConcurrencyError.unpublishedVersion) { try await provision(1, "$LATEST", of: name) }
    await #expect(throws: FunctionError.notFound("\(arn):7")) { try await provision(1, "7", of: name) }
    await #expect(throws: FunctionError.aliasNotFound("\(arn):none")) { try await provision(1, "none", of: name) }
  }
}
