package import Core
import Cryptography
package import Wire

/// Verifies AWS Signature Version 4 in the header and the presigned form. Synchronous: it runs on event loops.
///
/// A replay within the tolerance is valid, as it is in AWS.
package struct SignatureVerifier: Sendable {
  private let directory: AccessKeyDirectory
  private let sessions: SessionTokens?
  private let organization: OrganizationDirectory
  private let time: any TimeSource
  private let tolerance: Duration
  private var development: DevelopmentPair?

  private static let headerLimit = 256
  private static let targetLimit = 65_536

  /// - Parameters:
  ///   - sessions: opens the tokens of sessions; nil where there are none.
  ///   - organization: knows the accounts whose keys count.
  ///   - development: the pair that everybody knows; nil where it is worth nothing.
  ///   - tolerance: how far the client's clock may be off, either way; AWS's is 5 minutes.
  package init(
    directory: AccessKeyDirectory, sessions: SessionTokens?, organization: OrganizationDirectory,
    development: DevelopmentPair? = nil, time: any TimeSource, tolerance: Duration = .seconds(300)
  ) {
    self.development = development
    self.directory = directory
    self.sessions = sessions
    self.organization = organization
    self.time = time
    self.tolerance = tolerance
  }

  /// The same for a listener at which the pair that everybody knows is worth nothing.
  package var withoutDevelopmentPair: SignatureVerifier {
    var verifier = self
    verifier.development = nil
    return verifier
  }

  /// Checks all that can be checked before the body: the key, the scope, the time, what is signed, and the signature
  /// itself where the client declared the body's hash.
  ///
  /// An unknown key is refused without further work: the answer says so, as AWS's does, so its timing hides nothing.
  /// An inactive key takes the same way, and one of an account that is suspended.
  ///
  /// - Parameters:
  ///   - service: the service's signing name.
  ///   - region: where the service is.
  ///   - payload: whether the service takes bodies that are not signed.
  package func begin(
    _ head: RequestHead, service: String, region: Region, payload rule: PayloadRule = .signed
  ) throws(AuthenticationFailure) -> PendingVerification {
    guard head.headers.count <= Self.headerLimit, head.path.utf8.count + head.query.utf8.count <= Self.targetLimit
    else { throw .incompleteSignature("The request has too many headers or too long a target to be signed.") }
    let presented = try PresentedSignature.parse(head)
    let payload = try PayloadDeclaration(head, rule: rule)
    guard let identity = find(presented, head), identity.key.isActive, organization.isInService(identity)
    else { throw .unknownAccessKey }
    let now = time.wallTime()
    try checkScope(presented, service, region)
    try checkAge(presented, now)
    try checkToken(presented, identity.key, now)
    try checkCoverage(presented, head)
    let request = try CanonicalRequest(
      head, signedHeaders: presented.signedHeaders, excluding: presented.isPresigned ? "X-Amz-Signature" : nil)
    let key = identity.signingKey(for: presented.scope)
    let check = SignatureCheck(request: request, presented: presented, key: key)
    return try PendingVerification(check, payload: payload, identity: identity)
  }

  private func find(_ presented: PresentedSignature, _ head: RequestHead) -> SigningIdentity? {
    guard let id = presented.accessKeyID else { return development?.identity(presented, head, in: directory) }
    return directory.find(id, token: presented.sessionToken, of: sessions)
  }

  /// Whether the request carries no signature in any form, not even a wrong one.
  package func isUnsigned(_ head: RequestHead) -> Bool {
    do throws(AuthenticationFailure) {
      _ = try PresentedSignature.parse(head)
      return false
    } catch {
      return error == .missingToken
    }
  }

  private func checkScope(
    _ presented: PresentedSignature, _ service: String, _ region: Region
  ) throws(AuthenticationFailure) {
    guard presented.hasValidTerminator else { throw .invalidScope(.terminator) }
    guard presented.scope.region == region.description else {
      throw .invalidScope(.region(Region(presented.scope.region)))
    }
    guard presented.scope.service == service else { throw .invalidScope(.service(service)) }
    guard presented.scope.date == presented.signedAt.date else { throw .invalidScope(.date) }
  }

  private func checkAge(_ presented: PresentedSignature, _ now: WallTime) throws(AuthenticationFailure) {
    let signedAt = presented.signedAt.time
    let lifetime =
      switch presented.form {
      case .header: tolerance
      case .query(let expiresAfter): expiresAfter
      }
    if signedAt > now.advanced(by: tolerance) {
      throw .notYetCurrent(.init(signedAt: signedAt, now: now, tolerance: tolerance))
    }
    if now > signedAt.advanced(by: lifetime) {
      throw .signatureExpired(.init(signedAt: signedAt, now: now, tolerance: lifetime))
    }
  }

  private func checkToken(
    _ presented: PresentedSignature, _ key: AccessKey, _ now: WallTime
  ) throws(AuthenticationFailure) {
    guard let session = key.session else {
      guard presented.sessionToken == nil else { throw .invalidToken }
      return
    }
    guard let token = presented.sessionToken,
      constantTimeEquals(Hashing.sha256(token.utf8).bytes, session.tokenDigest.bytes)
    else { throw .invalidToken }
    guard now < session.expiresAt else { throw .expiredToken }
  }

  /// Every `X-Amz-*` header must be signed: each may change what a request does.
  private func checkCoverage(
    _ presented: PresentedSignature, _ head: RequestHead
  ) throws(AuthenticationFailure) {
    var hosts = 0
    for header in head.headers {
      if HeaderName.matches(header.name, lowercased: "host") { hosts += 1 }
      guard HeaderName.isAmazonHeader(header.name) else { continue }
      let isSigned = presented.signedHeaders.contains { HeaderName.matches(header.name, lowercased: $0) }
      guard isSigned else {
        throw .incompleteSignature("There were X-Amz headers present in the request which were not signed.")
      }
    }
    guard hosts == 1 else { throw .incompleteSignature("The request must have exactly one Host header.") }
  }
}

extension PresentedSignature {
  var isPresigned: Bool {
    switch form {
    case .header: false
    case .query: true
    }
  }
}
