import Core
import JSON

/// An ID token as it came (RFC 7519, in the compact form of RFC 7515): its form is checked, its signature is not.
struct WebIdentityToken: Sendable {
  let claims: TokenClaims
  let signed: SignedText

  static let longest = 20_000

  init(_ text: String) throws(WebIdentityFailure) {
    guard text.utf8.count <= Self.longest else { throw .malformed("it is longer than \(Self.longest) characters") }
    let parts = text.fields(separatedBy: ".", maxSplits: 3)
    guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
      let signature = Base64URL.decode(parts[2])
    else { throw .malformed("it is not three parts in base64url") }
    let (algorithm, keyID) = try Self.read(header: try Self.object(header, "the header"))
    claims = try TokenClaims(try Self.object(payload, "the payload"))
    let length = parts[0].utf8.count + 1 + parts[1].utf8.count
    signed = SignedText(
      algorithm: algorithm, keyID: keyID, text: Array(text.utf8.prefix(length)), signature: signature)
  }

  /// A name that comes twice has two readings: then nothing is read.
  private static func object(_ text: [UInt8], _ part: String) throws(WebIdentityFailure) -> [String: JSONValue] {
    guard case .object(let members)? = JSONValue(unambiguous: text) else {
      throw .malformed("\(part) is no JSON object with each name once")
    }
    return members
  }

  private static func read(
    header: [String: JSONValue]
  ) throws(WebIdentityFailure) -> (TokenAlgorithm, keyID: String) {
    // What must be understood to verify the token is not (RFC 7515 section 4.1.11); nor is a payload that is not encoded.
    guard header["crit"] == nil, header["b64"] == nil else {
      throw .malformed("critical header parameters are not known")
    }
    guard let algorithm = header["alg"]?.string.flatMap(TokenAlgorithm.init) else {
      let known = TokenAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
      throw .malformed("its algorithm is none of \(known)")
    }
    guard let keyID = header["kid"]?.string, TokenClaims.isPlain(keyID) else {
      throw .malformed("its header names no key")
    }
    return (algorithm, keyID)
  }
}
