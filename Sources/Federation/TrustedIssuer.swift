package import Core

/// An issuer of tokens whom an account trusts, with what it asks of the tokens.
package struct TrustedIssuer: Hashable, Sendable {
  /// The ARN of the account's provider.
  package let provider: String
  /// As tokens name it.
  package let url: HTTPSURL
  package let clientIDs: [String]
  /// SHA-1 digests of certificates, in lower-case hexadecimal digits.
  package let thumbprints: [String]

  package init(provider: String, url: HTTPSURL, clientIDs: [String], thumbprints: [String]) {
    self.provider = provider
    self.url = url
    self.clientIDs = clientIDs
    self.thumbprints = thumbprints
  }

  /// `HOST/PATH`, which condition keys begin with.
  package var name: String { url.name }

  /// Where its keys come from. Accounts that trust other certificates do not share what was fetched by them.
  var source: KeySource { KeySource(url: url, thumbprints: thumbprints) }
}

/// Knows whom accounts trust.
package protocol TrustedIssuers: Sendable {
  /// - Parameter url: as tokens name the issuer, to the byte.
  func issuer(_ url: String, of account: AccountID) -> TrustedIssuer?
}

/// An issuer whose keys are fetched, and certificates that count beside those of the system's authorities.
package struct KeySource: Hashable, Sendable {
  package let url: HTTPSURL
  /// SHA-1 digests of certificates, in lower-case hexadecimal digits; sorted.
  package let thumbprints: [String]

  /// - Parameter thumbprints: in any order, which makes no difference.
  package init(url: HTTPSURL, thumbprints: [String]) {
    self.url = url
    self.thumbprints = thumbprints.sorted()
  }
}
