import Core
import Crypto
import CryptoExtras
import JSON

@testable import Federation
@testable import Issuers

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Keys of an issuer, and texts signed by them.
struct IssuerBench {
  let rsa: _RSA.Signing.PrivateKey
  let curve = P256.Signing.PrivateKey()
  let text = Array("header.payload".utf8)

  init() throws { rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

  func rsaKey(_ changes: [String: JSONValue?] = [:]) throws -> JSONValue {
    let numbers = try rsa.publicKey.getKeyPrimitives()
    return Self.changed(
      [
        "kid": "rsa", "kty": "RSA", "use": "sig", "n": .string(Self.text(numbers.modulus)),
        "e": .string(Self.text(numbers.publicExponent)),
      ], changes)
  }

  func curveKey(_ changes: [String: JSONValue?] = [:]) -> JSONValue {
    let point = curve.publicKey.rawRepresentation
    return Self.changed(
      [
        "kid": "curve", "kty": "EC", "crv": "P-256", "x": .string(Self.text(point.prefix(32))),
        "y": .string(Self.text(point.suffix(32))),
      ], changes)
  }

  func signedByRSA(_ algorithm: TokenAlgorithm = .rs256, key: String = "rsa") throws -> SignedText {
    let signature = try rsa.signature(for: SHA256.hash(data: text), padding: .insecurePKCS1v1_5)
    return SignedText(algorithm: algorithm, keyID: key, text: text, signature: Array(signature.rawRepresentation))
  }

  func signedByCurve(_ algorithm: TokenAlgorithm = .es256, key: String = "curve") throws -> SignedText {
    let signature = try curve.signature(for: SHA256.hash(data: text)).rawRepresentation
    return SignedText(algorithm: algorithm, keyID: key, text: text, signature: Array(signature))
  }

  static func set(_ keys: JSONValue...) async throws -> KeySet {
    try await KeySet(reading: JSONValue.object(["keys": .array(keys)]).encoded)
  }

  private static func changed(_ members: [String: JSONValue], _ changes: [String: JSONValue?]) -> JSONValue {
    .object(members.merging(changes.compactMapValues { $0 }) { $1 }.filter { changes[$0.key] != .some(nil) })
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(
      Data(bytes).base64EncodedString().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" })
  }
}
