import Core
import Testing

@testable import Functions

/// Tags through the registry, on a database of the test's own.
struct TagRegistryTests {
  private let fixture: RegistryFixture
  private let name: FunctionName

  init() async throws {
    fixture = try await RegistryFixture()
    name = try await fixture.create("f")
  }

  private var tags: [String: String] { fixture.catalog.tags(of: name, at: fixture.place) }

  @Test func `tags are added, replaced and taken away`() async throws {
    try await fixture.registry.tag(name, at: fixture.place, with: ["a": "1", "b": "2"])
    try await fixture.registry.tag(name, at: fixture.place, with: ["b": "3", "c": ""])
    #expect(tags == ["a": "1", "b": "3", "c": ""])
    try await fixture.registry.untag(name, at: fixture.place, keys: ["a", "nope"])
    #expect(tags == ["b": "3", "c": ""])
  }

  @Test func `a function has fifty tags at most, and what is too much changes nothing`() async throws {
    let full = Dictionary(uniqueKeysWithValues: (1...50).map { ("k\($0)", "v") })
    try await fixture.registry.tag(name, at: fixture.place, with: full)
    await #expect(throws: FunctionError.tooManyTags) {
      try await fixture.registry.tag(name, at: fixture.place, with: ["k1": "new", "k51": "v"])
    }
    #expect(tags == full)
    try await fixture.registry.tag(name, at: fixture.place, with: ["k1": "new"])
    #expect(tags["k1"] == "new")
  }

  @Test func `tags outlive the server and changes, and go with their function`() async throws {
    try await fixture.registry.tag(name, at: fixture.place, with: ["a": "1"])
    let version = try await fixture.registry.update(name, at: fixture.place, revisionID: nil, variables: ["A": "1"])
    let (catalog, registry) = fixture.reopened()
    try await registry.load()
    #expect(catalog.tags(of: name, at: fixture.place) == ["a": "1"])
    #expect(catalog.version(name, .latest, at: fixture.place)?.revisionID == version.revisionID)
    try await fixture.registry.delete(name, at: fixture.place)
    #expect(tags == [:])
    _ = try await fixture.create("f")
    #expect(tags == [:])
  }

  @Test func `what is not there is not tagged`() async throws {
    let nobody = try #require(FunctionName("nobody"))
    await #expect(throws: FunctionError.notFound(FunctionVersion.arn(nobody, at: fixture.place).description)) {
      try await fixture.registry.tag(nobody, at: fixture.place, with: ["a": "1"])
    }
  }
}
