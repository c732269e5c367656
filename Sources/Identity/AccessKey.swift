package import Core
import Cryptography

/// An access key without its secret.
package struct AccessKey: Hashable, Sendable {
  package let id: AccessKeyID
  package let account: AccountID
  package let principalARN: ARN
  package let isActive: Bool
  package let createdAt: WallTime
  /// Present for temporary credentials.
  package let session: Session?

  /// What temporary credentials need besides the secret.
  package struct Session: Hashable, Sendable {
    /// SHA-256 of the session token; the token itself is not kept.
    package let tokenDigest: Digest
    package let expiresAt: WallTime

    package init(token: String, expiresAt: WallTime) {
      tokenDigest = Hashing.sha256(token.utf8)
      self.expiresAt = expiresAt
    }

    init(tokenDigest: Digest, expiresAt: WallTime) {
      self.tokenDigest = tokenDigest
      self.expiresAt = expiresAt
    }
  }

  package init(
    id: AccessKeyID, account: AccountID, principalARN: ARN, isActive: Bool, createdAt: WallTime, session: Session?
  ) {
    self.id = id
    self.account = account
    self.principalARN = principalARN
    self.isActive = isActive
    self.createdAt = createdAt
    self.session = session
  }

  /// The same key of the same principal under another name.
  func belonging(to arn: ARN) -> AccessKey {
    AccessKey(
      id: id, account: account, principalARN: arn, isActive: isActive, createdAt: createdAt, session: session)
  }
}

/// An access key with its secret: what signs requests.
package struct AccessKeyCredentials: Hashable, Sendable {
  package let accessKeyID: AccessKeyID
  package let secretAccessKey: String
  /// Goes with temporary credentials.
  package let sessionToken: String?

  package init(accessKeyID: AccessKeyID, secretAccessKey: String, sessionToken: String?) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }

  /// New long-term credentials: the secret is 40 characters of base 32, 200 random bits.
  init(from random: any RandomSource) {
    self.init(
      accessKeyID: AccessKeyID(from: random), secretAccessKey: Base32.text(random.bytes(25)), sessionToken: nil)
  }

  /// New credentials of a session, still without their token.
  init(sessionKeyFrom random: any RandomSource) {
    self.init(
      accessKeyID: AccessKeyID(ofSessionFrom: random), secretAccessKey: Base32.text(random.bytes(25)),
      sessionToken: nil)
  }
}

extension AccessKeyCredentials: CustomStringConvertible {
  /// Without the secret and the token, so that no log shows them by accident.
  package var description: String { "credentials of access key `\(accessKeyID)`" }
}
