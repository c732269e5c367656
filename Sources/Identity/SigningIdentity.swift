import Core
import Cryptography

/// An access key with its principal and its opened secret. Lives in memory only.
package struct SigningIdentity: Sendable {
  package let key: AccessKey
  package let principal: Principal
  private let secret: String
  private let signingKeys = SigningKeyCache()

  package init(key: AccessKey, principal: Principal, secret: String) {
    self.key = key
    self.principal = principal
    self.secret = secret
  }

  /// For the credentials file, and to seal the secret anew.
  package var credentials: AccessKeyCredentials {
    AccessKeyCredentials(accessKeyID: key.id, secretAccessKey: secret, sessionToken: nil)
  }

  /// - Parameter scope: checked already, so that callers cannot fill the cache with scopes of their own making.
  func signingKey(for scope: CredentialScope) -> HMACKey {
    signingKeys.key(for: scope) { scope.signingKey(secret: secret) }
  }
}

extension SigningIdentity: CustomStringConvertible {
  /// Without the secret, so that no log shows it by accident.
  package var description: String { "access key `\(key.id)` of `\(principal.arn)`" }
}
