import Core
import Identity
import Testing

/// botocore is the oracle: what it signs is authentic, in both forms and for every kind of path, query and header.
@Suite struct BotocoreTests {
  private let fixture: SignedRequestFixture
  private let bench: VerifierBench

  init() throws {
    fixture = try SignedRequestFixture.load()
    bench = try VerifierBench()
  }

  @Test func `every request that botocore signed is authentic`() throws {
    #expect(fixture.requests.count > 150)
    for request in fixture.requests {
      let failure = bench.failure(request.head, body: request.bytes)
      #expect(failure == nil, "\(request.method) \(request.target) \(request.headers)")
    }
  }

  @Test func `the access key and its principal come out`() throws {
    let request = try #require(fixture.requests.first { $0.session })
    let authenticated = try bench.verify(request.head, body: request.bytes)
    #expect(authenticated.accessKeyID == bench.sessionCredentials.accessKeyID)
    #expect(authenticated.principal == bench.principal)
    #expect(authenticated.account == bench.principal.account)
    #expect(authenticated.value == "value")
  }

  @Test func `another body is refused for every request`() {
    for request in fixture.requests {
      #expect(bench.failure(request.head, body: request.bytes + [0]) == .signatureMismatch)
    }
  }

  @Test func `the signature is known before the body where its hash is declared`() throws {
    for request in fixture.requests {
      let isVerified =
        try bench.verifier.begin(request.head, service: "lambda", region: bench.region).isSignatureVerified
      #expect(isVerified == request.headers.contains { $0[0].lowercased() == "x-amz-content-sha256" })
    }
  }

  @Test func `what was signed at one time is refused before and after`() throws {
    let header = try #require(fixture.requests.first { !$0.presigned })
    bench.clock.advance(by: .seconds(300))
    #expect(bench.failure(header.head, body: header.bytes) == nil)
    bench.clock.advance(by: .seconds(1))
    let late = try #require(bench.failure(header.head, body: header.bytes))
    #expect(
      late.message
        == "Signature expired: 20260131T235900Z is now earlier than 20260131T235901Z (20260201T000401Z - 5 min.)")
    bench.clock.advance(by: .seconds(-602))
    let early = try #require(bench.failure(header.head, body: header.bytes))
    #expect(
      early.message
        == "Signature not yet current: 20260131T235900Z is still later than 20260131T235859Z "
        + "(20260131T235359Z + 5 min.)")
  }

  @Test func `a presigned request counts until it expires`() throws {
    let presigned = try #require(fixture.requests.first { $0.presigned && !$0.session })
    bench.clock.advance(by: .seconds(900))
    #expect(bench.failure(presigned.head) == nil)
    bench.clock.advance(by: .seconds(1))
    guard case .signatureExpired = bench.failure(presigned.head) else {
      Issue.record("expected an expired signature")
      return
    }
  }
}
