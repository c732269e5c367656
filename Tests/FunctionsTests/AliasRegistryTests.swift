import Core
import Storage
import Testing

@testable import Functions

/// Aliases through the registry, on a database of the test's own.
struct AliasRegistryTests {
  private let fixture: RegistryFixture
  private let live: AliasName

  init() async throws {
    fixture = try await RegistryFixture()
    live = try #require(AliasName("live"))
  }

  @Test func `an alias leads to its version, and after a change to the other`() async throws {
    let name = try await function(versions: 2)
    _ = try await create(live, of: name, to: .version(1))
    #expect(found("live", of: name) == .version(1))
    let change = AliasChange(version: .version(2), description: nil, additional: nil)
    _ = try await fixture.registry.updateAlias(live, of: name, at: fixture.place, change, revisionID: nil)
    #expect(found("live", of: name) == .version(2))
    let back = AliasChange(version: .latest, description: nil, additional: nil)
    _ = try await fixture.registry.updateAlias(live, of: name, at: fixture.place, back, revisionID: nil)
    #expect(found("live", of: name) == .latest)
    #expect(found("other", of: name) == nil)
  }

  @Test func `what a change leaves out stays, and the second version goes on demand`() async throws {
    let name = try await function(versions: 2)
    let second = try #require(AdditionalVersion(.version(2), weight: 0.25))
    _ = try await create(live, of: name, to: .version(1), additional: second)
    let described = try await update(name, AliasChange(version: nil, description: "d", additional: nil))
    #expect(described.routing.additional == second)
    #expect(described.description == "d")
    let single = try await update(name, AliasChange(version: nil, description: nil, additional: .some(nil)))
    #expect(single.routing == (try AliasRouting(.version(1), additional: nil)))
    #expect(single.description == "d")
  }

  @Test func `aliases outlive the server`() async throws {
    let name = try await function(versions: 2)
    let second = try #require(AdditionalVersion(.version(2), weight: 0.25))
    let alias = try await create(live, of: name, to: .version(1), additional: second)
    let (catalog, registry) = fixture.reopened()
    try await registry.load()
    #expect(catalog.aliases(of: name, at: fixture.place) == [alias])
  }

  @Test func `an alias of a version that is not there is not made`() async throws {
    let name = try await function(versions: 1)
    let second = try #require(AdditionalVersion(.version(7), weight: 0.5))
    let arn = FunctionVersion.arn(name, at: fixture.place).description
    await #expect(throws: FunctionError.notFound("\(arn):9")) { try await create(live, of: name, to: .version(9)) }
    await #expect(throws: FunctionError.notFound("\(arn):7")) {
      try await create(live, of: name, to: .version(1), additional: second)
    }
    #expect(fixture.catalog.aliases(of: name, at: fixture.place) == [])
  }

  @Test func `a name is given once`() async throws {
    let name = try await function(versions: 2)
    let alias = try await create(live, of: name, to: .version(1))
    await #expect(throws: FunctionError.aliasExists(alias.arn.description)) {
      try await create(live, of: name, to: .version(2))
    }
    #expect(found("live", of: name) == .version(1))
  }

  @Test func `a stale revision changes nothing`() async throws {
    let name = try await function(versions: 2)
    let alias = try await create(live, of: name, to: .version(1))
    let change = AliasChange(version: .version(2), description: nil, additional: nil)
    let changed = try await update(name, change, revisionID: alias.revisionID)
    #expect(changed.revisionID != alias.revisionID)
    await #expect(throws: FunctionError.revisionMismatch) {
      try await update(name, change, revisionID: alias.revisionID)
    }
  }

  @Test func `a version stays while an alias can run it, as first or as second`() async throws {
    let name = try await function(versions: 3)
    let second = try #require(AdditionalVersion(.version(2), weight: 0.5))
    _ = try await create(live, of: name, to: .version(1), additional: second)
    for version in [Qualifier.version(1), .version(2)] {
      await #expect(throws: FunctionError.versionHasAliases(["live"])) {
        try await fixture.registry.delete(name, version, at: fixture.place)
      }
    }
    try await fixture.registry.delete(name, .version(3), at: fixture.place)
    try await fixture.registry.deleteAlias(live, of: name, at: fixture.place)
    try await fixture.registry.delete(name, .version(1), at: fixture.place)
    #expect(found("1", of: name) == nil)
  }

  @Test func `the schema keeps a version that an alias points at`() async throws {
    let name = try await function(versions: 1)
    _ = try await create(live, of: name, to: .version(1))
    let place = fixture.place
    await #expect(throws: DatabaseError.self) {
      try await fixture.database.write { transaction in
        try FunctionStore().deleteVersion(1, of: name, at: place, transaction)
      }
    }
  }

  @Test func `aliases go with their function and do not come back with its name`() async throws {
    let name = try await function(versions: 1)
    _ = try await create(live, of: name, to: .version(1))
    try await fixture.registry.delete(name, at: fixture.place)
    #expect(fixture.catalog.alias(live, of: name, at: fixture.place) == nil)
    _ = try await function(versions: 1)
    #expect(fixture.catalog.aliases(of: name, at: fixture.place) == [])
  }

  @Test func `an alias of two versions runs both`() async throws {
    let name = try await function(versions: 2)
    _ = try await create(
      live, of: name, to: .version(1), additional: AdditionalVersion(.version(2), weight: 0.5))
    let random = SeededRandomSource(seed: 5)
    let run = (0..<64).compactMap { _ in
      fixture.catalog.version(name, qualifier: "live", at: fixture.place, choosing: random)?.qualifier
    }
    #expect(run.count == 64)
    #expect(Set(run) == [.version(1), .version(2)])
    #expect(found("live", of: name) == .version(1))
  }

  private func function(versions: Int) async throws -> FunctionName {
    let name = try await fixture.create("f")
    for number in 1...versions {
      _ = try await fixture.registry.update(name, at: fixture.place, revisionID: nil, variables: ["N": "\(number)"])
      _ = try await fixture.registry.publish(
        name, at: fixture.place, description: nil, codeDigest: nil, revisionID: nil)
    }
    return name
  }

  @discardableResult
  private func create(
    _ alias: AliasName, of name: FunctionName, to version: Qualifier, additional: AdditionalVersion? = nil
  ) async throws -> FunctionAlias {
    try await fixture.registry.createAlias(
      alias, of: name, at: fixture.place, to: version, additional: additional, description: "")
  }

  @discardableResult
  private func update(
    _ name: FunctionName, _ change: AliasChange, revisionID: String? = nil
  ) async throws -> FunctionAlias {
    try await fixture.registry.updateAlias(live, of: name, at: fixture.place, change, revisionID: revisionID)
  }

  private func found(_ qualifier: String, of name: FunctionName) -> Qualifier? {
    fixture.catalog.version(name, qualifier: qualifier, at: fixture.place)?.qualifier
  }
}
