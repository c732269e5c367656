/// Why a token proves nobody's identity. The messages reach callers; they are AWS's where AWS has one.
package enum WebIdentityFailure: Error, Hashable, Sendable {
  /// The text is no token of the form that counts, or a claim is not of its form.
  case malformed(String)
  case missingClaim(String)
  /// The account has no provider of that issuer.
  case unknownIssuer(String)
  case wrongAudience
  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - end: seconds since 1970.
  case expired(now: Int64, end: Int64)
  case notYetValid
  /// The issuer has no such key, or none that signs so.
  case unknownKey
  case signatureMismatch
  /// The issuer's keys could not be had; why is for the server's log.
  case unreachable

  package var message: String {
    switch self {
    case .malformed(let reason): "The ID Token provided is not a valid JWT: \(reason)"
    case .missingClaim(let claim): "Missing a required claim: \(claim)"
    case .unknownIssuer(let issuer): "No OpenIDConnect provider found in your account for \(issuer)"
    case .wrongAudience: "Incorrect token audience"
    case .expired(let now, let end):
      "Token expired: current date/time \(now) must be before the expiration date/time \(end)"
    case .notYetValid: "The ID Token provided is not valid yet"
    case .unknownKey:
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
        + "documentation for requirements"
    case .signatureMismatch: "The ID Token's signature is not that of its issuer"
    case .unreachable: "Couldn't retrieve the keys of your identity provider"
    }
  }
}
