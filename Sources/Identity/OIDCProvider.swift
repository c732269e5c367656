package import Core

/// An OpenID Connect provider of an account: an issuer whose tokens may be worth a role.
package struct OIDCProvider: Hashable, Sendable {
  package let account: AccountID
  /// As tokens name the issuer.
  package let url: HTTPSURL
  /// What tags hang on: nobody outside sees it.
  package let uniqueID: String
  package let createdAt: WallTime
  /// The audiences that count, in the order in which they were added.
  package var clientIDs: [String]
  /// SHA-1 digests of certificates, in lower-case hexadecimal digits.
  package var thumbprints: [String]

  /// `HOST/PATH`
  package var name: String { url.name }

  package var arn: ARN { Self.arn(name, in: account) }

  /// - Parameter name: `HOST/PATH`
  package static func arn(_ name: String, in account: AccountID) -> ARN {
    ARN(service: "iam", region: "", account: account.description, resource: "oidc-provider/" + name)
  }
}
