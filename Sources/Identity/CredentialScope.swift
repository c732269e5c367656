import Core
import Cryptography

/// Where and when a signature counts: `DATE/REGION/SERVICE/aws4_request`.
struct CredentialScope: Hashable, Sendable, CustomStringConvertible {
  /// `20260131`
  let date: String
  let region: String
  let service: String

  static let algorithm = "AWS4-HMAC-SHA256"
  static let terminator = "aws4_request"

  var description: String { "\(date)/\(region)/\(service)/\(Self.terminator)" }

  /// The key derivation of SigV4: four HMACs, one inside the other.
  func signingKey(secret: String) -> HMACKey {
    var key = Array("AWS4\(secret)".utf8)
    for part in [date, region, service, Self.terminator] { key = HMACKey(key).code(for: Array(part.utf8)) }
    return HMACKey(key)
  }

  /// - Parameter canonicalRequest: SHA-256 of the canonical request.
  func stringToSign(at time: SigningTime, canonicalRequest digest: Digest) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(192)
    text += Self.algorithm.utf8
    text.append(UInt8(ascii: "\n"))
    text += time.text.utf8
    var separator = UInt8(ascii: "\n")
    for part in [date, region, service, Self.terminator] {
      text.append(separator)
      text += part.utf8
      separator = UInt8(ascii: "/")
    }
    text.append(UInt8(ascii: "\n"))
    Hexadecimal.append(digest.bytes, to: &text)
    return text
  }
}
