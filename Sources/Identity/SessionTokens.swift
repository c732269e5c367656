package import Core
package import Cryptography
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Makes the tokens of sessions and opens them. A token is all there is of a session: it is sealed under the account's
/// key and holds the secret that signs with it.
package final class SessionTokens: Sendable {
  private let cipher: EnvelopeCipher
  private let identities: IdentityDirectory
  private let time: any TimeSource
  private let random: any RandomSource
  /// Opened ones by the digest of the token.
  private let opened = Mutex<[Digest: SigningIdentity]>([:])
  /// The sessions of execution environments that are there. None outlives the server, as no environment does.
  private let environments = Mutex<Set<AccessKeyID>>([])

  private static let cacheLimit = 10_000
  private static let tokenLimit = 16_384

  /// - Parameter identities: knows whether the role of a session is still there.
  package init(
    cipher: EnvelopeCipher, identities: IdentityDirectory, time: any TimeSource, random: any RandomSource
  ) {
    self.cipher = cipher
    self.identities = identities
    self.time = time
    self.random = random
  }

  /// - Throws: `IdentityFailure` for a token that would be too long, `CryptographyError`.
  package func issue(_ request: SessionRequest, of role: Role) throws -> IssuedSession {
    try issue(request, of: .role, role.arn, id: role.uniqueID, in: role.account)
  }

  /// Temporary credentials of a user, who then is the same user.
  ///
  /// - Throws: `CryptographyError`.
  package func issue(_ request: SessionRequest, ofUser user: Principal) throws -> IssuedSession {
    try issue(request, of: .user, user.arn, id: user.uniqueID, in: user.account)
  }

  /// Credentials for somebody whom a user lets do a part of what the user may.
  ///
  /// - Throws: as `issue(_:of:)`.
  package func issueFederated(_ request: SessionRequest, by user: Principal) throws -> IssuedSession {
    try issue(request, of: .federatedUser, user.arn, id: user.uniqueID, in: user.account)
  }

  private func issue(
    _ request: SessionRequest, of holder: SessionClaims.Holder, _ arn: ARN, id: String, in account: AccountID
  ) throws -> IssuedSession {
    let new = AccessKeyCredentials(sessionKeyFrom: random)
    let claims = SessionClaims(request, of: holder, arn, id: id, new, at: time.wallTime())
    let sealed = try cipher.seal(try claims.encoded(), account: account, context: Self.context(new.accessKeyID))
    // The account is outside of the seal, since its key opens it.
    let token = Data(account.description.utf8 + sealed).base64EncodedString()
    guard token.utf8.count <= Self.tokenLimit else {
      throw IdentityFailure.invalidInput("The session's policies and tags are too large.")
    }
    if request.sourceFunction != nil { _ = environments.withLock { $0.insert(new.accessKeyID) } }
    return IssuedSession(
      credentials: AccessKeyCredentials(
        accessKeyID: new.accessKeyID, secretAccessKey: new.secretAccessKey, sessionToken: token),
      expiresAt: WallTime(seconds: claims.expiresAt), principal: try claims.principal(in: account))
  }

  /// Ends the session of an execution environment: from now on its token is like one that was never made.
  package func end(_ id: AccessKeyID) { _ = environments.withLock { $0.remove(id) } }

  /// - Returns: nil for a token that was not made here for the access key, and when its role or user, or the execution
  ///   environment that had it, is gone. Whether it has expired is not looked at.
  func open(_ token: String, for id: AccessKeyID) -> SigningIdentity? {
    guard token.utf8.count <= Self.tokenLimit, let identity = find(token, id), isThere(identity) else { return nil }
    return identity
  }

  private func isThere(_ identity: SigningIdentity) -> Bool {
    guard identities.isThere(identity.principal) else { return false }
    guard case .roleSession(let session) = identity.principal.kind, session.sourceFunction != nil else { return true }
    return environments.withLock { $0.contains(identity.key.id) }
  }

  private func find(_ token: String, _ id: AccessKeyID) -> SigningIdentity? {
    let digest = Hashing.sha256(token.utf8)
    if let known = opened.withLock({ $0[digest] }) { return known.key.id == id ? known : nil }
    guard let identity = try? unseal(token, digest, id) else { return nil }
    opened.withLock { opened in
      if opened.count >= Self.cacheLimit { opened.removeAll() }
      opened[digest] = identity
    }
    return identity
  }

  private func unseal(_ token: String, _ digest: Digest, _ id: AccessKeyID) throws -> SigningIdentity? {
    guard let bytes = Data(base64Encoded: token).map(Array.init), bytes.count > 12,
      let account = AccountID(String(decoding: bytes[..<12], as: UTF8.self))
    else { return nil }
    let sealed = Array(bytes[12...])
    let claims = try SessionClaims(
      decoding: try cipher.open(sealed, account: account, context: Self.context(id)))
    guard claims.keyID == id.description else { return nil }
    let principal = try claims.principal(in: account)
    let session = AccessKey.Session(tokenDigest: digest, expiresAt: WallTime(seconds: claims.expiresAt))
    let key = AccessKey(
      id: id, account: account, principalARN: principal.arn, isActive: true,
      createdAt: claims.issuedAtMilliseconds.map { WallTime(milliseconds: $0) } ?? WallTime(seconds: claims.issuedAt),
      session: session)
    return SigningIdentity(key: key, principal: principal, secret: claims.secret)
  }

  private static func context(_ id: AccessKeyID) -> [String: String] { ["session-of-access-key": id.description] }
}
