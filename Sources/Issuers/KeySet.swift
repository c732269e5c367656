import Core
import Crypto
import Federation
import JSON
import JWTKit

/// The keys of an issuer that may verify tokens (RFC 7517), each for the algorithms that its kind has.
struct KeySet: Sendable {
  private struct Purpose: Hashable {
    let keyID: String
    let algorithm: TokenAlgorithm
  }

  private let verifiers: [Purpose: any JWTAlgorithm]
  private let names: Set<String>

  private static let mostKeys = 200
  /// Characters of a modulus of 8192 bits: longer ones cost more time than a token is worth.
  private static let longestModulus = 1366

  /// Leaves keys out that are not for verifying signatures, that are of other kinds, or whose name another key has too.
  ///
  /// - Throws: `IssuerFault` for a text that is no set of keys, or has none that can be used.
  init(reading text: [UInt8]) async throws(IssuerFault) {
    guard case .array(let keys)? = JSONValue(unambiguous: text)?["keys"], keys.count <= Self.mostKeys else {
      throw .malformed("the keys are no JSON Web Key Set of up to \(Self.mostKeys) keys")
    }
    var verifiers: [Purpose: any JWTAlgorithm] = [:]
    var ambiguous: Set<Purpose> = []
    for key in keys {
      guard let keyID = key["kid"]?.string, Self.isForSignatures(key) else { continue }
      for (algorithm, verifier) in await Self.verifiers(of: key)
      where key["alg"].map({ $0.string == algorithm.rawValue }) ?? true {
        let purpose = Purpose(keyID: keyID, algorithm: algorithm)
        if verifiers.updateValue(verifier, forKey: purpose) != nil { ambiguous.insert(purpose) }
      }
    }
    for purpose in ambiguous { verifiers[purpose] = nil }
    guard !verifiers.isEmpty else { throw .malformed("none of the keys can verify tokens") }
    self.verifiers = verifiers
    names = Set(verifiers.keys.map(\.keyID))
  }

  func knows(_ keyID: String) -> Bool { names.contains(keyID) }

  /// - Throws: `.unknownKey` when no key of that name is for the algorithm, `.signatureMismatch`.
  func verify(_ signed: SignedText) throws(WebIdentityFailure) {
    guard let verifier = verifiers[Purpose(keyID: signed.keyID, algorithm: signed.algorithm)] else { throw .unknownKey }
    // A signature that has not even the form of one throws; it is as wrong as any other.
    let isRight = (try? verifier.verify(signed.signature, signs: signed.text)) ?? false
    guard isRight else { throw .signatureMismatch }
  }

  private static func isForSignatures(_ key: JSONValue) -> Bool {
    guard key["use"].map({ $0.string == "sig" }) ?? true else { return false }
    guard let operations = key["key_ops"] else { return true }
    guard case .array(let names) = operations else { return false }
    return names.contains("verify")
  }

  /// What the key itself can verify. A collection of one key gives the verifier: tokens never choose among several.
  private static func verifiers(of key: JSONValue) async -> [(TokenAlgorithm, any JWTAlgorithm)] {
    switch key["kty"]?.string {
    case "RSA": await ofRSA(key)
    case "EC": await ofCurve(key).map { [$0] } ?? []
    default: []
    }
  }

  private static func ofRSA(_ key: JSONValue) async -> [(TokenAlgorithm, any JWTAlgorithm)] {
    guard let modulus = key["n"]?.string, let exponent = key["e"]?.string, modulus.utf8.count <= longestModulus,
      exponent.utf8.count <= 8, let rsa = try? Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
    else { return [] }
    var found: [(TokenAlgorithm, any JWTAlgorithm)] = []
    for (algorithm, digest) in zip(TokenAlgorithm.ofRSA, [DigestAlgorithm.sha256, .sha384, .sha512]) {
      let keys = await JWTKeyCollection().add(rsa: rsa, digestAlgorithm: digest)
      if let verifier = try? await keys.getKey() { found.append((algorithm, verifier)) }
    }
    return found
  }

  private static func ofCurve(_ key: JSONValue) async -> (TokenAlgorithm, any JWTAlgorithm)? {
    guard let x = key["x"]?.string, let y = key["y"]?.string, max(x.utf8.count, y.utf8.count) <= 88 else { return nil }
    let keys = JWTKeyCollection()
    let algorithm: TokenAlgorithm
    switch key["crv"]?.string {
    case "P-256":
      guard let key = try? ES256PublicKey(parameters: (x, y)) else { return nil }
      await keys.add(ecdsa: key)
      algorithm = .es256
    case "P-384":
      guard let key = try? ES384PublicKey(parameters: (x, y)) else { return nil }
      await keys.add(ecdsa: key)
      algorithm = .es384
    case "P-521":
      guard let key = try? ES512PublicKey(parameters: (x, y)) else { return nil }
      await keys.add(ecdsa: key)
      algorithm = .es512
    default: return nil
    }
    guard let verifier = try? await keys.getKey() else { return nil }
    return (algorithm, verifier)
  }
}
