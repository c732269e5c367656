package import Core
import Cryptography
import Wire

/// Makes URLs that a caller can hand to any HTTP client: each carries a signature by the caller's own key (SigV4, query
/// form), so that it is judged as the caller's request is and ends with the key.
package struct URLPresigner: Sendable {
  private let directory: AccessKeyDirectory
  private let sessions: SessionTokens?
  private let time: any TimeSource

  /// - Parameter sessions: opens the tokens of sessions; nil where there are none.
  package init(directory: AccessKeyDirectory, sessions: SessionTokens?, time: any TimeSource) {
    self.directory = directory
    self.sessions = sessions
    self.time = time
  }

  /// - Parameters:
  ///   - path: encoded as the request will carry it, without a query.
  ///   - host: as the `Host` of the request will be.
  ///   - service: the signing name.
  ///   - token: of the session that the key belongs to.
  ///   - lifetime: at least a second, at most seven days.
  /// - Returns: nil when the key is gone or inactive meanwhile, or the path cannot be signed.
  package func url(
    _ path: String, host: String, service: String, region: Region, key id: AccessKeyID, token: String?,
    lifetime: Duration
  ) -> String? {
    guard let identity = directory.find(id, token: token, of: sessions), identity.key.isActive else { return nil }
    let now = SigningTime(time.wallTime())
    let scope = CredentialScope(date: String(now.date), region: region.description, service: service)
    var parameters = [
      ("X-Amz-Algorithm", CredentialScope.algorithm), ("X-Amz-Credential", "\(id)/\(scope)"), ("X-Amz-Date", now.text),
      ("X-Amz-Expires", String(lifetime.components.seconds)),
    ]
    if let token { parameters.append(("X-Amz-Security-Token", token)) }
    parameters.append(("X-Amz-SignedHeaders", "host"))
    let query = parameters.map { "\($0)=\(PercentCoding.encode($1))" }.joined(separator: "&")
    let head = RequestHead(method: "GET", target: "\(path)?\(query)", headers: [("Host", host)])
    guard let request = try? CanonicalRequest(head, signedHeaders: ["host"]) else { return nil }
    let text = scope.stringToSign(at: now, canonicalRequest: request.digest(payload: Hashing.sha256([]).description))
    let signature = Hexadecimal.encode(identity.signingKey(for: scope).code(for: text))
    return "http://\(host)\(path)?\(query)&X-Amz-Signature=\(signature)"
  }
}
