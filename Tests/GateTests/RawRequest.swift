import Core
import Cryptography
import Wire

@testable import Identity

/// A request as text, signed or not.
struct RawRequest {
  var method = "POST"
  var target = "/2015-03-31/functions/f/invocations"
  var version = "HTTP/1.1"
  var headers: [(name: String, value: String)] = [("Host", "localhost:9000")]
  var body: [UInt8] = []
  var service = "lambda"

  /// With the length of the body and without any signature.
  var unsigned: [UInt8] { text(headers + length) }

  private var length: [(name: String, value: String)] {
    body.isEmpty ? [] : [("Content-Length", String(body.count))]
  }

  /// Signed with the body's digest declared, so that the head alone proves the sender.
  func signed(_ fixture: GateFixture, secret: String = GateFixture.secret) throws -> [UInt8] {
    let credentials = AccessKeyCredentials(
      accessKeyID: fixture.accessKeyID, secretAccessKey: secret, sessionToken: nil)
    let head = RequestHead(method: method, target: target, headers: headers)
    let added = try RequestSigner(credentials).sign(
      head, body: body, service: service, region: fixture.region, at: fixture.clock.wallTime())
    return text(headers + added + length)
  }

  /// Signed as botocore does: the body is covered, its digest is not declared.
  func signedWithoutDigest(_ fixture: GateFixture, secret: String = GateFixture.secret) throws -> [UInt8] {
    let time = SigningTime(fixture.clock.wallTime())
    let added = headers + [(name: "X-Amz-Date", value: time.text)]
    let head = RequestHead(method: method, target: target, headers: added)
    let names = head.headers.map { $0.name.lowercased() }.sorted()
    let canonical = try CanonicalRequest(head, signedHeaders: names)
    let scope = CredentialScope(date: String(time.date), region: fixture.region.description, service: service)
    let digest = canonical.digest(payload: Hashing.sha256(body).description)
    let signature = Hexadecimal.encode(
      scope.signingKey(secret: secret).code(for: scope.stringToSign(at: time, canonicalRequest: digest)))
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(fixture.accessKeyID)/\(scope), "
      + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
    return text(added + [("Authorization", authorization)] + length)
  }

  private func text(_ headers: [(name: String, value: String)]) -> [UInt8] {
    let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Array("\(method) \(target) \(version)\r\n\(lines)\r\n".utf8) + body
  }
}
