import Core
import Testing

@testable import Functions

/// Snap-started versions through the registry, on a database of the test's own.
struct SnapshotRegistryTests {
  private let fixture: RegistryFixture
  private let failure = SnapshotFailure(code: .timeout, reason: "too slow")

  init() async throws { fixture = try await RegistryFixture() }

  /// The version 1 of a new function with snap start.
  private func published(_ text: String) async throws -> FunctionVersion {
    let name = try await fixture.create(text)
    return try await publish(name, handler: "a.b")
  }

  private func publish(_ name: FunctionName, handler: String, _ snapStart: SnapStart = .publishedVersions)
    async throws -> FunctionVersion
  {
    var configuration = try #require(fixture.catalog.version(name, .latest, at: fixture.place)).configuration
    configuration.snapStart = snapStart
    configuration.handler = handler
    return try await fixture.registry.update(
      name, at: fixture.place, revisionID: nil, configuration: configuration, publish: true)
  }

  @Test func `a version is pending until something is noted of it, and the unpublished one never is`() async throws {
    let version = try await published("f")
    #expect(version.isSnapStarted)
    #expect(fixture.catalog.snapshot(of: version) == .pending)
    let latest = try #require(fixture.catalog.version(version.name, .latest, at: fixture.place))
    #expect(latest.configuration.snapStart == .publishedVersions)
    #expect(fixture.catalog.snapshot(of: latest) == nil)
    let off = try await publish(version.name, handler: "a.b", .off)
    #expect(fixture.catalog.snapshot(of: off) == nil)
  }

  @Test func `what is noted first stays, and outlives the server`() async throws {
    let (one, other) = (try await published("one"), try await published("other"))
    try await fixture.registry.recordSnapshot(of: one, failure: nil)
    try await fixture.registry.recordSnapshot(of: one, failure: failure)
    try await fixture.registry.recordSnapshot(of: other, failure: failure)
    let (catalog, registry) = fixture.reopened()
    try await registry.load()
    for catalog in [fixture.catalog, catalog] {
      #expect(catalog.snapshot(of: one) == .ready)
      #expect(catalog.snapshot(of: other) == .failed(failure))
    }
  }

  @Test func `versions have states of their own`() async throws {
    let one = try await published("f")
    try await fixture.registry.recordSnapshot(of: one, failure: nil)
    let two = try await publish(one.name, handler: "a.two")
    #expect(fixture.catalog.snapshot(of: two) == .pending)
    #expect(fixture.catalog.snapshot(of: one) == .ready)
  }

  @Test func `a state goes with its version, and none is noted of a version that is gone`() async throws {
    let version = try await published("f")
    try await fixture.registry.recordSnapshot(of: version, failure: nil)
    try await fixture.registry.delete(version.name, at: fixture.place)
    let again = try await published("f")
    #expect(fixture.catalog.snapshot(of: again) == .pending)
    try await fixture.registry.recordSnapshot(of: version, failure: failure)
    #expect(fixture.catalog.snapshot(of: again) == .pending)
  }

  @Test func `nothing is provisioned for it, whether by its number or by an alias`() async throws {
    let version = try await published("f")
    let (name, place) = (version.name, fixture.place)
    let plain = try await publish(name, handler: "a.b", .off)
    let limit = KeptConcurrencyLimit(most: 900, leastUnreserved: 100)
    await #expect(throws: ConcurrencyError.snapStart) {
      _ = try await fixture.registry.provision(1, for: "1", of: name, at: place, within: limit)
    }
    let alias = try #require(AliasName("live"))
    _ = try await fixture.registry.createAlias(
      alias, of: name, at: place, to: plain.qualifier, additional: nil, description: "")
    _ = try await fixture.registry.provision(1, for: "live", of: name, at: place, within: limit)
    await #expect(throws: ConcurrencyError.snapStart) {
      _ = try await fixture.registry.updateAlias(
        alias, of: name, at: place, AliasChange(version: version.qualifier, description: nil, additional: nil),
        revisionID: nil)
    }
  }
}
