import Core
import JSON
import Testing

@testable import Federation

@Suite struct WebIdentityTests {
  @Test func `a token that counts says who it is`() async throws {
    let bench = try TokenBench()
    let identity = try await bench.verify(bench.token(["amr": ["pwd", "mfa"]]))
    #expect(identity.subject == "job-1")
    #expect(identity.audience == TokenBench.audience)
    #expect(identity.audiences == [TokenBench.audience])
    #expect(identity.methods == ["pwd", "mfa"])
    #expect(identity.issuer.name == "issuer.example.com/one")
    #expect(identity.account == bench.account)
    #expect(identity.tags.isEmpty && identity.sourceIdentity == nil)
  }

  @Test func `the signature is asked for over what was sent, by the key and the algorithm that the header names`()
    async throws
  {
    let bench = try TokenBench()
    let token = bench.token(header: ["alg": "ES384", "kid": "key", "typ": "JWT"], signature: "AQID")
    _ = try await bench.verify(token)
    let asked = try #require(bench.keys.asked.first)
    #expect(asked.algorithm == .es384)
    #expect(asked.keyID == "key")
    #expect(asked.text == Array(token.utf8.dropLast(5)))
    #expect(asked.signature == [1, 2, 3])
  }

  @Test func `what the keys say is what counts`() async throws {
    for failure in [WebIdentityFailure.unknownKey, .signatureMismatch, .unreachable] {
      let bench = try TokenBench()
      bench.keys.fail(with: failure)
      #expect(await bench.failure(bench.token()) == failure)
    }
  }

  @Test(arguments: [
    "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "PS256", "EdDSA", "RS1", "rs256", "RS256 ", "", "ES256K",
  ])
  func `no other algorithm counts`(name: String) async throws {
    let bench = try TokenBench()
    guard case .malformed? = await bench.failure(bench.token(header: ["alg": .string(name), "kid": "key"])) else {
      Issue.record("\(name) was taken")
      return
    }
    #expect(bench.keys.asked.isEmpty)
  }

  @Test(
    arguments: [
      ["kid": "key"], ["alg": "RS256"], ["alg": 7, "kid": "key"], ["alg": ["RS256"], "kid": "key"],
      ["alg": "RS256", "kid": ""], ["alg": "RS256", "kid": 1], ["alg": "RS256", "kid": "k\u{0}"],
      ["alg": "RS256", "kid": "key", "crit": ["exp"]], ["alg": "RS256", "kid": "key", "crit": []],
      ["alg": "RS256", "kid": "key", "b64": false],
    ] as [[String: JSONValue]])
  func `a header that cannot be relied upon is none`(header: [String: JSONValue]) async throws {
    let bench = try TokenBench()
    guard case .malformed? = await bench.failure(bench.token(header: header)) else {
      Issue.record("it was taken")
      return
    }
    #expect(bench.keys.asked.isEmpty)
  }

  @Test(arguments: ["iss", "sub", "aud", "iat", "exp"])
  func `each claim must be there, in its form`(name: String) async throws {
    let bench = try TokenBench()
    #expect(await bench.failure(bench.token([name: nil as JSONValue?])) == .missingClaim(name))
    let wrong: [JSONValue] = [.null, true, ["a": "b"], "", .string(String(repeating: "s", count: 256)), "a\nb", "ä"]
    for value in wrong {
      guard case .malformed? = await bench.failure(bench.token([name: value])) else {
        Issue.record("\(name) was taken as \(value)")
        continue
      }
    }
    #expect(bench.keys.asked.isEmpty)
  }

  @Test func `a token is for one audience, of the account's`() async throws {
    let bench = try TokenBench(clientIDs: ["one", "two"])
    #expect(try await bench.verify(bench.token(["aud": ["two"]])).audience == "two")
    for value in ["three", ["one", "two"], ["one", "one"], "ONE", "one "] as [JSONValue] {
      #expect(await bench.failure(bench.token(["aud": value])) == .wrongAudience)
    }
    for value in [[], ["one", 1], [["one"]]] as [JSONValue] {
      guard case .malformed? = await bench.failure(bench.token(["aud": value])) else {
        Issue.record("an audience was taken: \(value)")
        continue
      }
    }
  }

  @Test func `the authorized party goes before the audience`() async throws {
    let bench = try TokenBench(clientIDs: ["app"])
    let identity = try await bench.verify(bench.token(["aud": ["x", "y"], "azp": "app"]))
    #expect(identity.audience == "app")
    #expect(identity.audiences == ["x", "y"])
    #expect(await bench.failure(bench.token(["aud": "app", "azp": "other"])) == .wrongAudience)
  }

  @Test func `a token counts until it ends, and from when it begins`() async throws {
    let bench = try TokenBench()
    let now = bench.clock.wallTime().seconds
    #expect(await bench.failure(bench.token(["exp": .integer(now + 1)])) == nil)
    #expect(await bench.failure(bench.token(["exp": .integer(now)])) == .expired(now: now, end: now))
    #expect(await bench.failure(bench.token(["exp": .number(Double(now) + 0.9)])) == .expired(now: now, end: now))
    for name in ["iat", "nbf"] {
      #expect(await bench.failure(bench.token([name: .integer(now + 60)])) == nil)
      #expect(await bench.failure(bench.token([name: .integer(now + 61)])) == .notYetValid)
    }
    let token = bench.token()
    bench.clock.advance(by: .seconds(599))
    #expect(await bench.failure(token) == nil)
    bench.clock.advance(by: .seconds(1))
    #expect(await bench.failure(token) == .expired(now: now + 600, end: now + 600))
  }

  @Test(arguments: [-1, 9_007_199_254_740_993, .number(1e300), "1767225600", .number(-0.5)] as [JSONValue])
  func `a time is a number of seconds`(value: JSONValue) async throws {
    let bench = try TokenBench()
    guard case .malformed? = await bench.failure(bench.token(["exp": value])) else {
      Issue.record("it was taken")
      return
    }
  }

  @Test func `only an issuer of the account's counts, to the byte`() async throws {
    let bench = try TokenBench()
    let names =
      ["/", "x", "?a", ""].map { TokenBench.issuer.dropLast($0.isEmpty ? 1 : 0) + $0 } + [
        "HTTPS://issuer.example.com/one"
      ]
    for name in names {
      #expect(await bench.failure(bench.token(["iss": .string(String(name))])) == .unknownIssuer(String(name)))
    }
    let other = try #require(AccountID("000000000002"))
    await #expect(throws: WebIdentityFailure.unknownIssuer(TokenBench.issuer)) {
      try await bench.verifier.verify(bench.token(), for: other)
    }
    #expect(bench.keys.asked.isEmpty)
  }

  @Test func `an issuer that is forgotten while its keys are waited for is trusted no more`() async throws {
    let bench = try TokenBench()
    let keys = SlowKeys { bench.issuers.forget() }
    let verifier = WebIdentityVerifier(issuers: bench.issuers, keys: keys, time: bench.clock)
    await #expect(throws: WebIdentityFailure.unknownIssuer(TokenBench.issuer)) {
      try await verifier.verify(bench.token(), for: bench.account)
    }
  }

  @Test func `a token that ends while keys are waited for has ended`() async throws {
    let bench = try TokenBench()
    let end = bench.clock.wallTime().seconds + 5
    let keys = SlowKeys { bench.clock.advance(by: .seconds(5)) }
    let verifier = WebIdentityVerifier(issuers: bench.issuers, keys: keys, time: bench.clock)
    await #expect(throws: WebIdentityFailure.expired(now: end, end: end)) {
      try await verifier.verify(bench.token(["exp": .integer(end)]), for: bench.account)
    }
  }

  /// Keys for any signature, before which something happens.
  private struct SlowKeys: IssuerKeys {
    let meanwhile: @Sendable () -> Void

    func verify(_ signed: SignedText, of source: KeySource, for account: AccountID) async throws(WebIdentityFailure) {
      meanwhile()
    }
  }

  @Test func `a token asks for tags in one claim or in claims of their own`() async throws {
    let bench = try TokenBench()
    let claim = "https://aws.amazon.com/tags"
    let tags: JSONValue = ["principal_tags": ["Team": ["red"], "cost": ["7"]], "transitive_tag_keys": ["team"]]
    let nested = try await bench.verify(
      bench.token([claim: tags, "https://aws.amazon.com/source_identity": "ada"]))
    #expect(nested.tags == ["Team": "red", "cost": "7"])
    #expect(nested.transitiveTags == ["Team"])
    #expect(nested.sourceIdentity == "ada")
    let flat = try await bench.verify(
      bench.token([claim + "/principal_tags/Team": ["red"], claim + "/transitive_tag_keys": ["Team"]]))
    #expect(flat.tags == ["Team": "red"])
    #expect(flat.transitiveTags == ["Team"])
  }
}
