package import Core

/// Verifies ID tokens of issuers whom accounts trust.
package struct WebIdentityVerifier: Sendable {
  private let issuers: any TrustedIssuers
  private let keys: any IssuerKeys
  private let time: any TimeSource

  package init(issuers: any TrustedIssuers, keys: any IssuerKeys, time: any TimeSource) {
    self.issuers = issuers
    self.keys = keys
    self.time = time
  }

  /// Checks all that needs no key first: an issuer is asked only for tokens that could be its own.
  ///
  /// - Parameter account: whose providers count.
  package func verify(
    _ text: String, for account: AccountID
  ) async throws(WebIdentityFailure) -> VerifiedWebIdentity {
    let token = try WebIdentityToken(text)
    guard let issuer = issuers.issuer(token.claims.issuer, of: account) else {
      throw .unknownIssuer(token.claims.issuer)
    }
    _ = try token.claims.check(for: issuer, at: time.wallTime())
    try await keys.verify(token.signed, of: issuer.source, for: account)
    // To wait for keys takes time, in which the account may have changed its mind, and the token may have ended.
    guard issuers.issuer(token.claims.issuer, of: account) == issuer else {
      throw .unknownIssuer(token.claims.issuer)
    }
    let audience = try token.claims.check(for: issuer, at: time.wallTime())
    return VerifiedWebIdentity(token.claims, for: audience, of: issuer, in: account)
  }
}
