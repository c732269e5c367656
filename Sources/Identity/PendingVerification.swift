import Core
import Cryptography

/// A request whose head is checked and whose body is still arriving: give it every byte, then finish.
package struct PendingVerification: ~Copyable, Sendable {
  package let principal: Principal
  package let accessKeyID: AccessKeyID
  private var body = DigestBuilder()
  private let expectation: Expectation

  private enum Expectation: Sendable {
    /// The signature is verified and covers this digest.
    case bodyDigest(String)
    /// The signature is verified and covers no body.
    case nothing
    /// The signature can be verified only when the body is known.
    case signature(SignatureCheck)
  }

  init(
    _ check: SignatureCheck, payload: PayloadDeclaration, identity: SigningIdentity
  ) throws(AuthenticationFailure) {
    principal = identity.principal
    accessKeyID = identity.key.id
    switch payload {
    case .none:
      expectation = .signature(check)
    case .digest(let digest):
      try check.run(payload: digest)
      expectation = .bodyDigest(digest)
    case .unsigned:
      try check.run(payload: PayloadDeclaration.unsignedText)
      expectation = .nothing
    }
  }

  /// True when the sender is certain already and only the body is open; false when anyone who knows an access key id
  /// may have sent the head.
  package var isSignatureVerified: Bool {
    switch expectation {
    case .bodyDigest, .nothing: true
    case .signature: false
    }
  }

  /// Takes the next piece of the body, in order.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if case .nothing = expectation { return }
    body.update(bytes)
  }

  /// Checks the body, or the signature over it.
  ///
  /// - Parameter value: the request that the bytes belong to.
  package consuming func finish<Value: Sendable>(_ value: Value) throws(AuthenticationFailure) -> Authenticated<Value> {
    switch expectation {
    case .nothing: break
    case .bodyDigest(let digest):
      guard constantTimeEquals(Array(body.finalize().description.utf8), Array(digest.utf8)) else {
        throw .signatureMismatch
      }
    case .signature(let check): try check.run(payload: body.finalize().description)
    }
    return Authenticated(value: value, principal: principal, accessKeyID: accessKeyID)
  }
}

/// All that a signature is compared with, but for the hash of the payload.
struct SignatureCheck: Sendable {
  private let request: CanonicalRequest
  private let scope: CredentialScope
  private let signedAt: SigningTime
  private let signature: [UInt8]
  private let key: HMACKey

  init(request: CanonicalRequest, presented: PresentedSignature, key: HMACKey) {
    self.request = request
    scope = presented.scope
    signedAt = presented.signedAt
    signature = presented.signature
    self.key = key
  }

  func run(payload: String) throws(AuthenticationFailure) {
    let text = scope.stringToSign(at: signedAt, canonicalRequest: request.digest(payload: payload))
    guard constantTimeEquals(key.code(for: text), signature) else { throw .signatureMismatch }
  }
}
