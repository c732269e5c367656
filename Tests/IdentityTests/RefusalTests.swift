import Core
import Identity
import Testing
import Wire

/// Every way in which a signature may be wrong, each with AWS's answer.
@Suite struct RefusalTests {
  private let bench: VerifierBench

  init() throws { bench = try VerifierBench() }

  @Test func `a request of our own signer is authentic before its body arrives`() throws {
    let body = Array("{}".utf8)
    let head = try bench.signed(body: body)
    let isVerified = try bench.verifier.begin(head, service: "lambda", region: bench.region).isSignatureVerified
    #expect(isVerified)
    #expect(bench.failure(head, body: body) == nil)
    #expect(bench.failure(head, body: body + [0]) == .signatureMismatch)
    #expect(bench.failure(head) == .signatureMismatch)
  }

  @Test func `a request that is not signed misses its token`() {
    let head = RequestHead(method: "GET", target: "/2015-03-31/functions/", headers: [("Host", "localhost")])
    #expect(bench.failure(head) == .missingToken)
  }

  @Test func `an unknown key and an inactive key get the same answer`() throws {
    let id = try #require(AccessKeyID("AKIAUNKNOWN000000000"))
    let unknown = AccessKeyCredentials(accessKeyID: id, secretAccessKey: "x", sessionToken: nil)
    #expect(bench.failure(try bench.signed(by: unknown)) == .unknownAccessKey)
    #expect(bench.failure(try bench.signed(by: bench.inactiveCredentials)) == .unknownAccessKey)
  }

  @Test func `a key of an account that is not in service gets the answer of an unknown one`() throws {
    let other = try #require(AccountID("000000000001"))
    let verifier = SignatureVerifier(
      directory: bench.directory, sessions: nil, organization: OrganizationDirectory(management: other),
      time: bench.clock)
    for credentials in [bench.credentials, bench.sessionCredentials] {
      let head = try bench.signed(by: credentials)
      #expect(throws: AuthenticationFailure.unknownAccessKey) {
        _ = try verifier.begin(head, service: "lambda", region: bench.region)
      }
    }
  }

  @Test func `another secret does not match`() throws {
    let wrong = AccessKeyCredentials(
      accessKeyID: bench.credentials.accessKeyID, secretAccessKey: "wrong", sessionToken: nil)
    #expect(bench.failure(try bench.signed(by: wrong)) == .signatureMismatch)
  }

  @Test func `a changed method, path, query or header does not match`() throws {
    let head = try bench.signed()
    let put = RequestHead(method: "PUT", target: head.target, headers: head.headers)
    #expect(bench.failure(put) == .signatureMismatch)
    let targets = [
      "/2015-03-31/functions/other/invocations?Qualifier=live", "/2015-03-31/functions/orders/invocations",
      "/2015-03-31/functions/orders/invocations?Qualifier=dead",
      "/2015-03-31/functions/orders/invocations?Qualifier=live&a=",
      "/2015-03-31/functions/orders/invocations?Qualifier=live&Qualifier=live",
      "/2015-03-31/functions/orders/invocations/?Qualifier=live",
      "/2015-03-31/functions/%6Frders/invocations?Qualifier=live",
    ]
    for target in targets { #expect(bench.failure(head.with(target: target)) == .signatureMismatch, "\(target)") }
    #expect(bench.failure(head.changing("X-Amz-Invocation-Type") { _ in "DryRun" }) == .signatureMismatch)
    #expect(bench.failure(head.changing("Host") { _ in "elsewhere" }) == .signatureMismatch)
    #expect(bench.failure(head.with(headers: head.headers + [("x-amz-invocation-type", "x")])) == .signatureMismatch)
  }

  @Test func `a signed header must be there and an X-Amz header must be signed`() throws {
    let head = try bench.signed()
    #expect(isIncomplete(bench.failure(head.without("X-Amz-Invocation-Type"))))
    #expect(isIncomplete(bench.failure(head.without("Host"))))
    #expect(isIncomplete(bench.failure(head.with(headers: head.headers + [("X-AMZ-Log-Type", "Tail")]))))
    #expect(bench.failure(head.with(headers: head.headers + [("X-Amzn-Trace-Id", "Root=1")])) == nil)
    #expect(bench.failure(head.with(headers: head.headers + [("Accept", "*/*")])) == nil)
  }

  @Test func `the host must be signed and be there once`() throws {
    let head = try bench.signed()
    let unsigned = head.changing("Authorization") { $0.replacing("SignedHeaders=host;", with: "SignedHeaders=") }
    #expect(isIncomplete(bench.failure(unsigned)))
    #expect(isIncomplete(bench.failure(head.with(headers: head.headers + [("host", "localhost:9000")]))))
  }

  @Test func `the scope must be right in each part`() throws {
    let west = try #require(Region("us-west-2"))
    let region = try #require(bench.failure(try bench.signed(region: west)))
    #expect(region.message == "Credential should be scoped to a valid region, not 'us-west-2'.")
    let service = try #require(bench.failure(try bench.signed(service: "s3")))
    #expect(service.message == "Credential should be scoped to correct service: 'lambda'.")
    let date = try bench.signed().changing("Authorization") { $0.replacing("/20260131/", with: "/20260130/") }
    #expect(bench.failure(date) == .invalidScope(.date))
    let terminator = try bench.signed().changing("Authorization") { $0.replacing("/aws4_request", with: "/aws5") }
    #expect(bench.failure(terminator) == .invalidScope(.terminator))
    let form = try bench.signed().changing("Authorization") { $0.replacing("/us-east-1/", with: "/<US>/") }
    #expect(bench.failure(form) == .invalidScope(.region(nil)))
  }

  @Test func `another algorithm or a malformed header is incomplete`() throws {
    let changes: [(String) -> String] = [
      { $0.replacing("AWS4-HMAC-SHA256", with: "AWS4-HMAC-SHA512") },
      { $0.replacing("AWS4-HMAC-SHA256 ", with: "AWS4-ECDSA-P256-SHA256 ") },
      { _ in "Bearer abc" }, { _ in "" }, { _ in "AWS4-HMAC-SHA256 " },
      { $0.replacing("Signature=", with: "Signature:") }, { $0 + ", Signature=00" }, { $0 + ", Extra=1" },
      { $0.replacing("/lambda/", with: "/lambda/x/") }, { String($0.dropLast()) }, { $0 + "0" },
      { String($0.dropLast(64)) + String($0.suffix(64)).uppercased() },
      { $0.replacing("host;x-amz-content-sha256", with: "x-amz-content-sha256;host") },
      { $0.replacing("host;", with: "host;host;") }, { $0.replacing("host;", with: "Host;") },
      { $0.replacing("host;", with: "host;" + String(repeating: "h;", count: 200)) },
      { $0 + String(repeating: " ", count: 9000) },
    ]
    let head = try bench.signed()
    for (index, change) in changes.enumerated() {
      #expect(isIncomplete(bench.failure(head.changing("Authorization", change))), "change \(index)")
    }
  }

  @Test func `a signature without spaces after its commas is read too`() throws {
    let head = try bench.signed().changing("Authorization") { $0.replacing(", ", with: ",") }
    #expect(bench.failure(head) == nil)
  }

  @Test func `a date, a signature or a hash that is there twice is incomplete`() throws {
    let head = try bench.signed()
    for name in ["X-Amz-Date", "Authorization", "X-Amz-Content-Sha256"] {
      let value = try #require(head.header(name))
      #expect(isIncomplete(bench.failure(head.with(headers: head.headers + [(name, value)]))), "\(name)")
    }
    #expect(isIncomplete(bench.failure(head.without("X-Amz-Date"))))
  }

  @Test func `a body must be signed unless the service takes others`() throws {
    for text in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", ""] {
      let head = try bench.signed().changing("X-Amz-Content-Sha256") { _ in text }
      #expect(isIncomplete(bench.failure(head)), "\(text)")
    }
    let head = try bench.signed().changing("X-Amz-Content-Sha256") { _ in "UNSIGNED-PAYLOAD" }
    #expect(bench.failure(head, payload: .unsignedAllowed) == .signatureMismatch)
  }

  @Test func `a path with dot segments is refused`() throws {
    let head = try bench.signed().with(target: "/2015-03-31/functions/x/../orders/invocations?Qualifier=live")
    #expect(isIncomplete(bench.failure(head)))
  }

  @Test func `a session needs its own token, signed and in time`() throws {
    let head = try bench.signed(by: bench.sessionCredentials)
    #expect(bench.failure(head) == nil)
    #expect(bench.failure(head.changing("X-Amz-Security-Token") { $0 + "x" }) == .invalidToken)
    #expect(bench.failure(head.without("X-Amz-Security-Token")) == .invalidToken)
    let unsigned = head.changing("Authorization") { $0.replacing(";x-amz-security-token", with: "") }
    #expect(isIncomplete(bench.failure(unsigned)))
    let stray = AccessKeyCredentials(
      accessKeyID: bench.credentials.accessKeyID, secretAccessKey: bench.credentials.secretAccessKey,
      sessionToken: "stray")
    #expect(bench.failure(try bench.signed(by: stray)) == .invalidToken)
    bench.clock.advance(by: .seconds(3600))
    let later = bench.clock.wallTime()
    #expect(bench.failure(try bench.signed(by: bench.sessionCredentials, at: later)) == .expiredToken)
  }

  @Test func `keys that are replaced stop to count at once`() throws {
    let head = try bench.signed()
    #expect(bench.failure(head) == nil)
    bench.directory.replace(with: [])
    #expect(bench.failure(head) == .unknownAccessKey)
  }
}

func isIncomplete(_ failure: AuthenticationFailure?) -> Bool {
  if case .incompleteSignature? = failure { return true }
  return false
}
