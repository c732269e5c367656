package import Core

/// Why a request is not authenticated, in AWS's terms. The texts reach callers: they are AWS's where AWS has one.
package enum AuthenticationFailure: Error, Hashable, Sendable {
  /// The request is not signed at all.
  case missingToken
  /// The signature's own form is wrong; nothing that the caller sent is repeated in the text.
  case incompleteSignature(String)
  /// No such access key, or one that is not active: callers cannot tell which.
  case unknownAccessKey
  /// Another secret, or another request than the one that was signed.
  case signatureMismatch
  /// Signed too long ago.
  case signatureExpired(SignatureAge)
  /// Signed in the future.
  case notYetCurrent(SignatureAge)
  /// The signature counts at another date, region or service.
  case invalidScope(ScopeMismatch)
  /// A session token is missing, wrong, or not to be there.
  case invalidToken
  /// The session has ended.
  case expiredToken

  /// The part of a credential scope that is wrong.
  package enum ScopeMismatch: Hashable, Sendable {
    case date
    /// What was presented; nil when that has not even the form of a region.
    case region(Region?)
    /// What would be right.
    case service(String)
    case terminator
  }

  /// When a request was signed, and when it would have counted.
  package struct SignatureAge: Hashable, Sendable {
    package let signedAt: WallTime
    package let now: WallTime
    /// How far `signedAt` may be from `now`.
    package let tolerance: Duration

    /// AWS's words, for example `(20230101T001000Z - 5 min.)`.
    func comparison(sign: String) -> String {
      let distance = sign == "-" ? .zero - tolerance : tolerance
      let seconds = tolerance.components.seconds
      let amount = seconds.isMultiple(of: 60) ? "\(seconds / 60) min." : "\(seconds) sec."
      let limit = now.advanced(by: distance).utc.compactDateTime
      return "\(limit) (\(now.utc.compactDateTime) \(sign) \(amount))"
    }
  }

  /// The text for callers.
  package var message: String {
    switch self {
    case .missingToken: "Missing Authentication Token"
    case .incompleteSignature(let reason): reason
    case .unknownAccessKey, .invalidToken: "The security token included in the request is invalid."
    case .signatureMismatch:
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        + "Key and signing method. Consult the service documentation for details."
    case .signatureExpired(let age):
      "Signature expired: \(age.signedAt.utc.compactDateTime) is now earlier than \(age.comparison(sign: "-"))"
    case .notYetCurrent(let age):
      "Signature not yet current: \(age.signedAt.utc.compactDateTime) is still later than \(age.comparison(sign: "+"))"
    case .invalidScope(let mismatch): Self.text(mismatch)
    case .expiredToken: "The security token included in the request is expired"
    }
  }

  private static func text(_ mismatch: ScopeMismatch) -> String {
    switch mismatch {
    case .date: "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
    case .region(let region?): "Credential should be scoped to a valid region, not '\(region)'."
    case .region(nil): "Credential should be scoped to a valid region."
    case .service(let expected): "Credential should be scoped to correct service: '\(expected)'."
    case .terminator: "Credential should be scoped with a valid terminator: 'aws4_request'."
    }
  }
}
