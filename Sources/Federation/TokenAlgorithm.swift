/// The signatures that count (RFC 7518 section 3.1): of public keys only, and of those that AWS takes.
package enum TokenAlgorithm: String, CaseIterable, Hashable, Sendable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case es512 = "ES512"

  /// Those for which an RSA key can be used; a key of a curve has one.
  package static let ofRSA: [TokenAlgorithm] = [.rs256, .rs384, .rs512]
}
