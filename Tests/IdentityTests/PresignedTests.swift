import Core
import Identity
import Testing
import Wire

@Suite struct PresignedTests {
  private let bench: VerifierBench
  private let head: RequestHead
  private let sessionHead: RequestHead

  init() throws {
    bench = try VerifierBench()
    let requests = try SignedRequestFixture.load().requests
    head = try #require(requests.first { $0.presigned && !$0.session && $0.headers.count == 1 }).head
    sessionHead = try #require(requests.first { $0.presigned && $0.session && $0.headers.count == 1 }).head
  }

  @Test func `a changed parameter does not match`() {
    #expect(bench.failure(head) == nil)
    #expect(bench.failure(head.with(target: head.target + "&Qualifier=1")) == .signatureMismatch)
    #expect(bench.failure(changed("X-Amz-Expires=900", to: "X-Amz-Expires=901")) == .signatureMismatch)
    #expect(bench.failure(changed("Signature=", to: "Signature=", last: "0123")) == .signatureMismatch)
  }

  @Test(arguments: ["0", "604801", "-1", "", "9e9", "99999999999999999999", "900.0"])
  func `a lifetime out of range is incomplete`(lifetime: String) {
    #expect(isIncomplete(bench.failure(changed("X-Amz-Expires=900", to: "X-Amz-Expires=\(lifetime)"))))
  }

  @Test func `a missing or repeated parameter is incomplete`() {
    let parameters = head.query.split(separator: "&").filter { $0.hasPrefix("X-Amz-") }
    #expect(parameters.count == 6)
    for parameter in parameters {
      let without = head.query.split(separator: "&").filter { $0 != parameter }.joined(separator: "&")
      #expect(isIncomplete(bench.failure(head.with(target: "\(head.path)?\(without)"))), "\(parameter)")
      #expect(isIncomplete(bench.failure(head.with(target: "\(head.target)&\(parameter)"))), "\(parameter)")
    }
    let hidden = "&X-Amz-Signatur%65=\(String(repeating: "0", count: 64))"
    #expect(isIncomplete(bench.failure(head.with(target: head.target + hidden))))
  }

  @Test func `both forms at once are incomplete`() throws {
    let authorization = try #require(try bench.signed().header("Authorization"))
    #expect(isIncomplete(bench.failure(head.with(headers: head.headers + [("Authorization", authorization)]))))
  }

  @Test func `another algorithm is incomplete`() {
    #expect(isIncomplete(bench.failure(changed("AWS4-HMAC-SHA256", to: "AWS4-HMAC-SHA1"))))
  }

  @Test func `a session's token must be in the query and right`() {
    #expect(bench.failure(sessionHead) == nil)
    let query = sessionHead.query.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Security-Token") }
    #expect(
      bench.failure(sessionHead.with(target: "\(sessionHead.path)?\(query.joined(separator: "&"))")) == .invalidToken)
    #expect(bench.failure(head.with(target: head.target + "&X-Amz-Security-Token=x")) == .invalidToken)
    let header = sessionHead.with(headers: sessionHead.headers + [("X-Amz-Security-Token", "x")])
    #expect(isIncomplete(bench.failure(header)))
  }

  @Test func `an X-Amz header that was not presigned is refused`() {
    #expect(isIncomplete(bench.failure(head.with(headers: head.headers + [("X-Amz-Log-Type", "Tail")]))))
  }

  private func changed(_ text: String, to other: String, last: String = "") -> RequestHead {
    head.with(target: String(head.target.replacing(text, with: other).dropLast(last.utf8.count)) + last)
  }
}
