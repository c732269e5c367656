package import Core
import Wire

/// Whoever an identity provider vouches for: proof that a token of an issuer whom the account trusts was verified.
///
/// INVARIANT: made only in this module, by `WebIdentityVerifier`.
package struct VerifiedWebIdentity: Hashable, Sendable {
  /// Whose provider it was.
  package let account: AccountID
  package let issuer: TrustedIssuer
  /// Who, as the issuer tells its users apart: ASCII, 1 to 255 characters.
  package let subject: String
  /// For whom the token was made out: the `azp` claim, where there is one.
  package let audience: String
  /// The `aud` claim.
  package let audiences: [String]
  /// How the issuer knew who it was: the `amr` claim.
  package let methods: [String]
  /// What the issuer asks of sessions: the claims under `https://aws.amazon.com/`.
  package let tags: [String: String]
  package let transitiveTags: [String]
  package let sourceIdentity: String?

  /// For the server's log: the provider's ARN and the subject, percent-encoded.
  package var name: String { issuer.provider + "#" + PercentCoding.encode(subject) }

  init(_ claims: TokenClaims, for audience: String, of issuer: TrustedIssuer, in account: AccountID) {
    self.account = account
    self.issuer = issuer
    subject = claims.subject
    self.audience = audience
    audiences = claims.audiences
    methods = claims.methods
    tags = claims.session.tags
    transitiveTags = claims.session.transitiveTags
    sourceIdentity = claims.session.sourceIdentity
  }
}
