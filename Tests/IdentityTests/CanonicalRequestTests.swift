import Core
import Cryptography
import Testing
import Wire

@testable import Identity

@Suite struct CanonicalRequestTests {
  private let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

  @Test func `the example of AWS's test suite get-vanilla has its signature`() throws {
    let signature = try signature(
      "GET", "/", [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")], service: "service")
    #expect(signature == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
  }

  @Test func `the ListUsers example of AWS's signing guide has its signature`() throws {
    let headers: [(name: String, value: String)] = [
      ("Host", "iam.amazonaws.com"), ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
      ("X-Amz-Date", "20150830T123600Z"),
    ]
    let signature = try signature("GET", "/?Action=ListUsers&Version=2010-05-08", headers, service: "iam")
    #expect(signature == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
  }

  @Test(arguments: [
    ("/", "/"), ("", "/"), ("//", "/"), ("/a//b/", "/a/b/"), ("/a%2Fb", "/a%252Fb"), ("/a:b$c", "/a%3Ab%24c"),
    ("/é", "/%C3%A9"), ("/...", "/..."), ("/~a-b_c.d", "/~a-b_c.d"),
  ])
  func `a path is encoded once more`(path: String, canonical: String) {
    #expect(CanonicalText.path(path).map { String(decoding: $0, as: UTF8.self) } == canonical)
  }

  @Test(arguments: ["/.", "/..", "/a/../b", "/a/./b", "/../", "/a/.."])
  func `a path with dot segments has no canonical form`(path: String) {
    #expect(CanonicalText.path(path) == nil)
  }

  @Test(arguments: [
    ("", ""), ("a", "a="), ("a=", "a="), ("b=1&a=2", "a=2&b=1"), ("a=2&a=10&a=1", "a=1&a=10&a=2"),
    ("a=b=c", "a=b%3Dc"), ("a=%7e%2d", "a=~-"), ("a=+", "a=%2B"), ("A=1&a=1", "A=1&a=1"), ("&&a=1&", "a=1"),
    ("a=%ff", "a=%FF"), ("=", "="), ("a%20b=c d", "a%20b=c%20d"), ("X=1&a=2", "X=1&a=2"),
  ])
  func `a query has one form`(query: String, canonical: String) {
    #expect(CanonicalText.query(query).map { String(decoding: $0, as: UTF8.self) } == canonical)
  }

  @Test(arguments: ["%", "a=%", "a=%4", "a=%zz", "%g0=1"])
  func `a query with broken encoding has no canonical form`(query: String) {
    #expect(CanonicalText.query(query) == nil)
  }

  @Test(arguments: [("  a   b\t c  ", "a b c"), ("", ""), ("   ", ""), ("a", "a"), ("\"a  b\"", "\"a b\"")])
  func `spaces in header values are folded`(value: String, folded: String) {
    var bytes: [UInt8] = []
    CanonicalText.append(folding: value, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == folded)
  }

  @Test(arguments: [
    ("20260131T235959Z", 1_769_903_999), ("19700101T000000Z", 0), ("20240229T120000Z", 1_709_208_000),
    ("21000228T000000Z", 4_107_456_000),
  ])
  func `a time is read to the second and written back`(text: String, seconds: Int64) throws {
    let time = try #require(SigningTime(text))
    #expect(time.time == WallTime(seconds: seconds))
    #expect(SigningTime(time.time).text == text)
  }

  @Test(arguments: [
    "", "20260131", "20260229T000000Z", "21000229T000000Z", "20260431T000000Z", "20260131T240000Z", "20260131T006000Z",
    "20260131T000060Z", "20260131 000000Z", "20260131T000000z", "-0260131T000000Z", "20260100T000000Z",
    "20261301T000000Z", "20260131T000000ZZ",
  ])
  func `a time that does not exist is refused`(text: String) {
    #expect(SigningTime(text) == nil)
  }

  private func signature(
    _ method: String, _ target: String, _ headers: [(name: String, value: String)], service: String
  ) throws -> String {
    let head = RequestHead(method: method, target: target, headers: headers)
    let names = headers.map { $0.name.lowercased() }.sorted()
    let request = try CanonicalRequest(head, signedHeaders: names)
    let scope = CredentialScope(date: "20150830", region: "us-east-1", service: service)
    let time = try #require(SigningTime("20150830T123600Z"))
    let digest = request.digest(payload: Hashing.sha256([]).description)
    let text = scope.stringToSign(at: time, canonicalRequest: digest)
    return Hexadecimal.encode(scope.signingKey(secret: secret).code(for: text))
  }
}
