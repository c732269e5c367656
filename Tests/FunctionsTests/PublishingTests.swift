import Core
import Cryptography
import Testing

@testable import Functions

/// When publishing makes a new version, on a database of the test's own.
struct PublishingTests {
  private let fixture: RegistryFixture
  private let name: FunctionName

  init() async throws {
    fixture = try await RegistryFixture()
    name = try await fixture.create("f")
  }

  @Test func `what has not changed gives the same version, whatever the description`() async throws {
    #expect(try await publish(description: "first").qualifier == .version(1))
    for description in [nil, "first", "second"] {
      let again = try await publish(description: description)
      #expect(again.qualifier == .version(1))
      #expect(again.configuration.description == "first")
    }
  }

  @Test func `a change of the function's own description gives a new version`() async throws {
    _ = try await publish(description: "first")
    fixture.time.advance(by: .seconds(1))
    var configuration = try #require(fixture.catalog.version(name, .latest, at: fixture.place)).configuration
    configuration.description = "another"
    _ = try await update(configuration: configuration)
    let second = try await publish(description: nil)
    #expect(second.qualifier == .version(2))
    #expect(second.configuration.description == "another")
  }

  @Test func `code that is uploaded again unchanged gives the same version`() async throws {
    let code = FunctionCode(digest: Hashing.sha256([2]), size: 1)
    #expect(try await update(code: code, publish: true).qualifier == .version(1))
    #expect(try await update(code: code, publish: true).qualifier == .version(1))
    let other = FunctionCode(digest: Hashing.sha256([3]), size: 1)
    #expect(try await update(code: other, publish: true).qualifier == .version(2))
  }

  @Test func `a version number is never given again`() async throws {
    _ = try await publish(description: nil)
    try await fixture.registry.delete(name, .version(1), at: fixture.place)
    #expect(try await publish(description: nil).qualifier == .version(2))
  }

  @Test func `a version that is not there is deleted already, a function is not`() async throws {
    try await fixture.registry.delete(name, .version(9), at: fixture.place)
    let nobody = try #require(FunctionName("nobody"))
    await #expect(throws: FunctionError.notFound(FunctionVersion.arn(nobody, at: fixture.place).description)) {
      try await fixture.registry.delete(nobody, .version(9), at: fixture.place)
    }
  }

  @Test func `versions are listed by number, after the one that can be changed`() async throws {
    for number in 1...11 {
      _ = try await update(code: FunctionCode(digest: Hashing.sha256([UInt8(number)]), size: 1), publish: true)
    }
    let listed = fixture.catalog.versions(of: name, at: fixture.place).map(\.qualifier)
    #expect(listed == [.latest] + (1...11).map(Qualifier.version))
  }

  private func publish(description: String?) async throws -> FunctionVersion {
    try await fixture.registry.publish(
      name, at: fixture.place, description: description, codeDigest: nil, revisionID: nil)
  }

  private func update(
    configuration: FunctionConfiguration? = nil, code: FunctionCode? = nil, publish: Bool = false
  ) async throws -> FunctionVersion {
    try await fixture.registry.update(
      name, at: fixture.place, revisionID: nil, configuration: configuration, code: code, publish: publish)
  }
}
