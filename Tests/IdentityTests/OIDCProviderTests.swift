import Core
import Testing

@testable import Identity

@Suite struct OIDCProviderTests {
  private let url = "https://issuer.example.com/one"

  @Test func `a provider is there from when it is made until it is deleted, for its own account`() async throws {
    let bench = try await RegistryBench()
    let made = try await bench.registry.createOIDCProvider(
      url, clientIDs: ["a", "b", "a"], thumbprints: [String(repeating: "A", count: 40)], tags: ["k": "v"],
      in: bench.account)
    #expect(made.clientIDs == ["a", "b"])
    #expect(made.thumbprints == [String(repeating: "a", count: 40)])
    let found = try #require(bench.identities.oidcProvider(issuer: url, in: bench.account))
    #expect(found == made)
    #expect(bench.identities.facts(of: made.arn.description).tags == ["k": "v"])
    #expect(try await bench.startAgain().oidcProvider(issuer: url, in: bench.account) == made)
    let other = try #require(AccountID("000000000001"))
    #expect(bench.identities.oidcProvider(issuer: url, in: other) == nil)
    #expect(bench.identities.oidcProvider(issuer: url + "/", in: bench.account) == nil)
    #expect(bench.identities.oidcProvider(issuer: "issuer.example.com/one", in: bench.account) == nil)
    try await bench.registry.deleteOIDCProvider(made.arn.description, in: bench.account)
    #expect(bench.identities.oidcProvider(issuer: url, in: bench.account) == nil)
  }

  @Test func `a provider of one account is not another's to change`() async throws {
    let bench = try await RegistryBench()
    let made = try await bench.registry.createOIDCProvider(
      url, clientIDs: ["a"], thumbprints: [], tags: [:], in: bench.account)
    let (arn, other) = (made.arn.description, try #require(AccountID("000000000001")))
    let missing = IdentityFailure.noSuchEntity("OpenIDConnect Provider not found for arn \(arn)")
    await #expect(throws: missing) { try await bench.registry.addClientID("b", toOIDCProvider: arn, in: other) }
    await #expect(throws: missing) { try await bench.registry.removeClientID("a", fromOIDCProvider: arn, in: other) }
    await #expect(throws: missing) { try await bench.registry.setThumbprints([], ofOIDCProvider: arn, in: other) }
    await #expect(throws: missing) { try await bench.registry.tag(.oidcProvider(arn), ["k": "v"], in: other) }
    try await bench.registry.deleteOIDCProvider(arn, in: other)
    #expect(bench.identities.oidcProvider(issuer: url, in: bench.account) == made)
  }
}
