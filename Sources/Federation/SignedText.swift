package import Core

/// What a token's signature is over, and which key is said to have made it.
package struct SignedText: Hashable, Sendable {
  package let algorithm: TokenAlgorithm
  /// ASCII, 1 to 255 characters.
  package let keyID: String
  package let text: [UInt8]
  package let signature: [UInt8]
}

/// The keys of issuers.
package protocol IssuerKeys: Sendable {
  /// Checks a signature by the issuer's key of that name, which must be one for that algorithm.
  ///
  /// - Parameter account: for whom it is: what one account has to wait for does not keep the others waiting.
  /// - Throws: `.unknownKey`, `.signatureMismatch`, `.unreachable`.
  func verify(_ signed: SignedText, of source: KeySource, for account: AccountID) async throws(WebIdentityFailure)
}
