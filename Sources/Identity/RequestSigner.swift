package import Core
import Cryptography
package import Wire

/// Signs requests with SigV4 in the header form; for clients.
package struct RequestSigner: Sendable {
  private let credentials: AccessKeyCredentials

  package init(_ credentials: AccessKeyCredentials) { self.credentials = credentials }

  /// The headers to add to a request, the declaration of the body's hash among them: it lets the server know the sender
  /// before it takes the body.
  ///
  /// - Parameter head: with its `Host` and every other header that is to be signed; all are.
  /// - Throws: `incompleteSignature` for a path or query that cannot be signed, or a missing `Host`.
  package func sign(
    _ head: RequestHead, body: [UInt8], service: String, region: Region, at time: WallTime
  ) throws(AuthenticationFailure) -> [(name: String, value: String)] {
    guard head.header("Host") != nil else { throw .incompleteSignature("A request to sign needs a Host header.") }
    let time = SigningTime(time)
    let digest = Hashing.sha256(body).description
    var added = [(name: "X-Amz-Date", value: time.text), (name: "X-Amz-Content-Sha256", value: digest)]
    if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token)) }
    let target = head.query.isEmpty ? head.path : "\(head.path)?\(head.query)"
    let whole = RequestHead(method: head.method, target: target, headers: head.headers + added)
    let names = Set(whole.headers.map { $0.name.lowercased() }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let request = try CanonicalRequest(whole, signedHeaders: names)
    let scope = CredentialScope(date: String(time.date), region: region.description, service: service)
    let text = scope.stringToSign(at: time, canonicalRequest: request.digest(payload: digest))
    let signature = Hexadecimal.encode(scope.signingKey(secret: credentials.secretAccessKey).code(for: text))
    let authorization =
      "\(CredentialScope.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
      + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
    return added + [("Authorization", authorization)]
  }
}
