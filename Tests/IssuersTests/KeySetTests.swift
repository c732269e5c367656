import JSON
import Testing

@testable import Federation
@testable import Issuers

@Suite struct KeySetTests {
  @Test func `a key verifies what it has signed, and nothing else`() async throws {
    let bench = try IssuerBench()
    let keys = try await IssuerBench.set(try bench.rsaKey(), bench.curveKey())
    for signed in [try bench.signedByRSA(), try bench.signedByCurve()] {
      try keys.verify(signed)
      for place in [0, signed.signature.count / 2, signed.signature.count - 1] {
        var signature = signed.signature
        signature[place] ^= 1
        #expect(throws: WebIdentityFailure.signatureMismatch) { try keys.verify(signed.with(signature: signature)) }
      }
      for wrong in [[], Array(signed.signature.dropLast()), signed.signature + [0]] {
        #expect(throws: WebIdentityFailure.signatureMismatch) { try keys.verify(signed.with(signature: wrong)) }
      }
      #expect(throws: WebIdentityFailure.signatureMismatch) { try keys.verify(signed.with(text: signed.text + [0])) }
    }
  }

  @Test func `a key of one kind is none for the algorithms of another`() async throws {
    let bench = try IssuerBench()
    let keys = try await IssuerBench.set(try bench.rsaKey(), bench.curveKey())
    for signed in [
      try bench.signedByRSA(.es256), try bench.signedByCurve(.rs256), try bench.signedByRSA(key: "curve"),
      try bench.signedByCurve(key: "rsa"), try bench.signedByCurve(.es384), try bench.signedByRSA(key: "other"),
    ] {
      #expect(throws: WebIdentityFailure.unknownKey) { try keys.verify(signed) }
    }
    #expect(throws: WebIdentityFailure.signatureMismatch) { try keys.verify(try bench.signedByRSA(.rs512)) }
  }

  @Test func `a key that says for what it is, is for nothing else`() async throws {
    let bench = try IssuerBench()
    let pinned = try await IssuerBench.set(try bench.rsaKey(["alg": "RS512"]), bench.curveKey())
    #expect(throws: WebIdentityFailure.unknownKey) { try pinned.verify(try bench.signedByRSA()) }
    let fitting = try await IssuerBench.set(
      try bench.rsaKey(["alg": "RS256", "use": nil as JSONValue?, "key_ops": ["verify"]]))
    try fitting.verify(try bench.signedByRSA())
  }

  @Test(
    arguments: [
      ["use": "enc"], ["use": 7], ["key_ops": ["encrypt"]], ["key_ops": "verify"], ["alg": "HS256"], ["alg": "none"],
      ["alg": 7], ["kid": nil], ["kid": 7], ["kty": "oct"], ["kty": nil], ["kty": "EC"], ["n": "AQAB"], ["n": "$"],
      ["n": nil],
      ["e": nil], ["e": "AQABAQABAQAB"], ["n": .string(String(repeating: "_", count: 1400))],
    ] as [[String: JSONValue?]])
  func `a key that cannot be relied upon is none`(change: [String: JSONValue?]) async throws {
    let bench = try IssuerBench()
    await #expect(throws: IssuerFault.malformed("none of the keys can verify tokens")) {
      _ = try await IssuerBench.set(try bench.rsaKey(change))
    }
  }

  @Test(
    arguments: [
      ["crv": "P-384"], ["crv": "secp256k1"], ["crv": nil], ["x": "AAAA"], ["y": nil], ["x": nil], ["kty": "RSA"],
    ] as [[String: JSONValue?]])
  func `a point that is not on its curve is no key`(change: [String: JSONValue?]) async throws {
    let bench = try IssuerBench()
    await #expect(throws: IssuerFault.malformed("none of the keys can verify tokens")) {
      _ = try await IssuerBench.set(bench.curveKey(change))
    }
  }

  @Test func `of two keys of one name and kind neither counts`() async throws {
    let (bench, other) = (try IssuerBench(), try IssuerBench())
    let keys = try await IssuerBench.set(try bench.rsaKey(), try other.rsaKey(), bench.curveKey(["kid": "rsa"]))
    #expect(throws: WebIdentityFailure.unknownKey) { try keys.verify(try bench.signedByRSA()) }
    #expect(throws: WebIdentityFailure.unknownKey) { try keys.verify(try other.signedByRSA()) }
    // Of another kind the name is another key's.
    try keys.verify(try bench.signedByCurve(key: "rsa"))
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"keys": {}}"#, #"{"keys": []}"#, #"{"keys": [], "keys": []}"#, #"{"keys": [7, null]}"#,
  ])
  func `what is no set of keys is none`(text: String) async {
    await #expect(throws: IssuerFault.self) { _ = try await KeySet(reading: Array(text.utf8)) }
  }

  @Test func `a set has two hundred keys and no more`() async throws {
    let bench = try IssuerBench()
    let others = (0..<199).map { JSONValue.object(["kty": "oct", "kid": .string("\($0)")]) }
    let fitting = JSONValue.object(["keys": .array(others + [try bench.rsaKey()])])
    #expect(try await KeySet(reading: fitting.encoded).knows("rsa"))
    let large = JSONValue.object(["keys": .array(others + [try bench.rsaKey(), bench.curveKey()])])
    await #expect(throws: IssuerFault.self) { _ = try await KeySet(reading: large.encoded) }
  }
}

extension SignedText {
  fileprivate func with(signature: [UInt8]) -> SignedText {
    SignedText(algorithm: algorithm, keyID: keyID, text: text, signature: signature)
  }

  fileprivate func with(text: [UInt8]) -> SignedText {
    SignedText(algorithm: algorithm, keyID: keyID, text: text, signature: signature)
  }
}
