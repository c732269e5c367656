import Core
import JSON

/// What an ID token says (OpenID Connect Core 1.0 section 2).
struct TokenClaims: Hashable, Sendable {
  let issuer: String
  let subject: String
  let audiences: [String]
  let authorizedParty: String?
  /// Seconds since 1970, as are the other times.
  let issuedAt: Int64
  let expiresAt: Int64
  let notBefore: Int64?
  let methods: [String]
  let session: RequestedSession

  /// For whom it was made out; nil when that is not one.
  var audience: String? { authorizedParty ?? (audiences.count == 1 ? audiences[0] : nil) }

  /// How far the issuer's clock may be ahead, in seconds.
  private static let tolerance: Int64 = 60

  init(_ members: [String: JSONValue]) throws(WebIdentityFailure) {
    issuer = try Self.text("iss", members)
    subject = try Self.text("sub", members)
    audiences = try Self.audiences(members)
    authorizedParty = members["azp"] == nil ? nil : try Self.text("azp", members)
    issuedAt = try Self.time("iat", members)
    expiresAt = try Self.time("exp", members)
    notBefore = members["nbf"] == nil ? nil : try Self.time("nbf", members)
    methods = try Self.methods(members)
    session = try RequestedSession(members)
  }

  /// Checks all that needs no key: whether the token is for the account, now.
  ///
  /// - Returns: the audience that it is for.
  func check(for issuer: TrustedIssuer, at now: WallTime) throws(WebIdentityFailure) -> String {
    guard let audience, issuer.clientIDs.contains(audience) else { throw .wrongAudience }
    guard now.seconds < expiresAt else { throw .expired(now: now.seconds, end: expiresAt) }
    guard max(issuedAt, notBefore ?? issuedAt) <= now.seconds + Self.tolerance else { throw .notYetValid }
    return audience
  }

  /// Printable ASCII: beyond it two texts may compare equal that others tell apart.
  static func isPlain(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  private static func text(_ name: String, _ members: [String: JSONValue]) throws(WebIdentityFailure) -> String {
    guard let value = members[name] else { throw .missingClaim(name) }
    guard let text = value.string, isPlain(text) else {
      throw .malformed("its claim \(name) is not a text of its form")
    }
    return text
  }

  private static func audiences(_ members: [String: JSONValue]) throws(WebIdentityFailure) -> [String] {
    guard case .array(let values)? = members["aud"] else { return [try text("aud", members)] }
    let audiences = values.compactMap(\.string).filter(isPlain)
    guard !values.isEmpty, audiences.count == values.count else { throw .malformed("its claim aud is not of its form") }
    return audiences
  }

  private static func methods(_ members: [String: JSONValue]) throws(WebIdentityFailure) -> [String] {
    guard let value = members["amr"] else { return [] }
    guard case .array(let values) = value else { throw .malformed("its claim amr is no list") }
    let methods = values.compactMap(\.string).filter(isPlain)
    guard methods.count == values.count else { throw .malformed("its claim amr is not of its form") }
    return methods
  }

  /// A number of seconds (RFC 7519 section 2), cut to whole ones.
  private static func time(_ name: String, _ members: [String: JSONValue]) throws(WebIdentityFailure) -> Int64 {
    guard let value = members[name] else { throw .missingClaim(name) }
    guard let seconds = value.double, (0...9_007_199_254_740_991).contains(seconds) else {
      throw .malformed("its claim \(name) is no time")
    }
    return Int64(seconds)
  }
}
