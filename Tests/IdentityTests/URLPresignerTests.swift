import Core
import Testing
import Wire

@testable import Identity

@Suite struct URLPresignerTests {
  private let bench: VerifierBench

  init() throws { bench = try VerifierBench() }

  @Test func `a link is a request that its key has signed`() throws {
    let head = try presigned()
    #expect(bench.failure(head) == nil)
    #expect(bench.failure(head.with(target: head.target + "&x=1")) == .signatureMismatch)
  }

  @Test func `a link ends with its lifetime`() throws {
    let head = try presigned(lifetime: .seconds(600))
    bench.clock.advance(by: .seconds(600))
    #expect(bench.failure(head) == nil)
    bench.clock.advance(by: .seconds(1))
    guard case .signatureExpired = bench.failure(head) else {
      Issue.record("the link still holds good")
      return
    }
  }

  @Test func `a link ends with its key`() throws {
    let head = try presigned()
    bench.directory.replace(with: [])
    #expect(bench.failure(head) == .unknownAccessKey)
    #expect(link() == nil)
  }

  private func link(lifetime: Duration = .seconds(60)) -> String? {
    URLPresigner(directory: bench.directory, sessions: nil, time: bench.clock).url(
      "/a/b", host: "example.test:4566", service: "lambda", region: bench.region,
      key: bench.credentials.accessKeyID, token: nil, lifetime: lifetime)
  }

  private func presigned(lifetime: Duration = .seconds(60)) throws -> RequestHead {
    let url = try #require(link(lifetime: lifetime))
    let start = "http://example.test:4566"
    try #require(url.hasPrefix(start))
    return RequestHead(
      method: "GET", target: String(url.dropFirst(start.count)), headers: [("Host", "example.test:4566")])
  }
}
