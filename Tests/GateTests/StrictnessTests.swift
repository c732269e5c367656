import Testing

@testable import Gate

/// A request that must be refused, and how.
struct BadRequest: CustomTestStringConvertible, Sendable {
  let name: String
  let text: String
  let refusal: Refusal
  var status = 400

  var testDescription: String { name }

  static func get(_ name: String, _ target: String, _ refusal: Refusal) -> BadRequest {
    BadRequest(name: name, text: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", refusal: refusal)
  }

  static func header(_ name: String, _ lines: String, _ refusal: Refusal, status: Int = 400) -> BadRequest {
    BadRequest(
      name: name, text: "POST /hold HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n", refusal: refusal, status: status)
  }
}

@Suite struct StrictnessTests {
  static let badRequests: [BadRequest] = [
    .get("absolute form", "http://a/", .target),
    .get("absolute form of another host", "http://b/", .target),
    .get("authority form", "a:80", .malformedMessage),
    .get("asterisk form", "*", .target),
    .get("fragment", "/a#b", .target),
    .get("raw quote", "/a\"b", .target),
    .get("backslash", "/a\\b", .target),
    .get("non-ASCII target", "/\u{E9}", .malformedHead),
    .get("NUL in target", "/a\0b", .malformedHead),
    .get("tab in target", "/a\tb", .malformedHead),
    .get("blank in target", "/a b", .malformedHead),
    .get("empty target", "", .malformedHead),
    BadRequest(name: "CONNECT", text: "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", refusal: .method, status: 405),
    BadRequest(name: "OPTIONS", text: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", refusal: .method, status: 405),
    BadRequest(name: "TRACE", text: "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", refusal: .method, status: 405),
    BadRequest(name: "unknown method", text: "FETCH / HTTP/1.1\r\nHost: a\r\n\r\n", refusal: .malformedMessage),
    BadRequest(name: "HTTP/2.0", text: "GET / HTTP/2.0\r\nHost: a\r\n\r\n", refusal: .malformedMessage),
    BadRequest(name: "HTTP/1.2", text: "GET / HTTP/1.2\r\nHost: a\r\n\r\n", refusal: .malformedMessage),
    BadRequest(name: "HTTP/0.9", text: "GET /\r\n\r\n", refusal: .malformedHead),
    BadRequest(name: "TLS hello", text: "\u{16}\u{3}\u{1}\u{2}\u{0}", refusal: .malformedHead),
    BadRequest(name: "empty line first", text: "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", refusal: .malformedHead),
    BadRequest(name: "two blanks", text: "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", refusal: .malformedHead),
    BadRequest(name: "trailing blank", text: "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", refusal: .malformedHead),
    BadRequest(name: "no Host", text: "GET / HTTP/1.1\r\nAccept: a\r\n\r\n", refusal: .host),
    BadRequest(name: "no header", text: "GET / HTTP/1.1\r\n\r\n", refusal: .host),
    BadRequest(name: "empty Host", text: "GET / HTTP/1.1\r\nHost:\r\n\r\n", refusal: .host),
    BadRequest(name: "blank Host", text: "GET / HTTP/1.1\r\nHost:  \r\n\r\n", refusal: .host),
    BadRequest(name: "Host with path", text: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", refusal: .host),
    BadRequest(name: "Host with user", text: "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", refusal: .host),
    BadRequest(name: "Host list", text: "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", refusal: .host),
    BadRequest(name: "Host with a bad port", text: "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", refusal: .host),
    BadRequest(name: "Host with an empty port", text: "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", refusal: .host),
    .header("two Hosts", "Host: b", .host),
    .header("two equal Hosts", "HOST: a", .host),
    .header("chunked", "Transfer-Encoding: chunked\r\n\r\n0", .transferEncoding),
    .header("identity", "Transfer-Encoding: identity", .transferEncoding),
    .header("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n\r\n0", .transferEncoding),
    .header("Trailer", "Trailer: X-A", .transferEncoding),
    .header("two lengths", "Content-Length: 1\r\nContent-Length: 2", .malformedMessage),
    .header("two equal lengths", "Content-Length: 1\r\nContent-Length: 1", .malformedMessage),
    .header("length list", "Content-Length: 1, 1", .malformedMessage),
    .header("signed length", "Content-Length: +1", .malformedMessage),
    .header("negative length", "Content-Length: -1", .malformedMessage),
    .header("hexadecimal length", "Content-Length: 0x1", .malformedMessage),
    .header("empty length", "Content-Length:", .malformedMessage),
    .header("length of 20 digits", "Content-Length: 11111111111111111111", .contentLength),
    .header("length of 19 digits", "Content-Length: 1111111111111111111", .contentLength),
    .header("folded line", "A: b\r\n c", .malformedHead),
    .header("blank before colon", "A : b", .malformedHead),
    .header("blank before name", " A: b", .malformedHead),
    .header("bad name", "A(b): c", .malformedHead),
    .header("non-ASCII name", "\u{E9}: c", .malformedHead),
    .header("no name", ": c", .malformedHead),
    .header("no colon", "abc", .malformedHead),
    .header("NUL in value", "A: b\0c", .malformedHead),
    .header("control character in value", "A: b\u{1}c", .malformedHead),
    .header("DEL in value", "A: b\u{7F}c", .malformedHead),
    .header("bare CR in value", "A: b\rc", .malformedHead),
    .header("bare LF", "A: b\nC: d", .malformedHead),
    .header("Upgrade", "Connection: upgrade\r\nUpgrade: h2c", .upgrade),
    .header("expectation", "Expect: 200-ok", .expectation, status: 417),
    .header("two Authorizations", "Authorization: a\r\nAuthorization: b", .repeatedHeader),
    .header("two dates", "X-Amz-Date: a\r\nx-amz-date: b", .repeatedHeader),
    .header("two tokens", "X-Amz-Security-Token: a\r\nX-Amz-Security-Token: b", .repeatedHeader),
    BadRequest(
      name: "body on GET", text: "GET /things/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n",
      refusal: .unexpectedBody),
    BadRequest(
      name: "chunks in HTTP/1.0", text: "POST /hold HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      refusal: .transferEncoding),
  ]

  @Test(arguments: badRequests)
  func `a request that breaks a rule is refused once, counted, recorded and the connection closed`(
    _ bad: BadRequest
  ) throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(bad.text + "GET /_redoubt/health HTTP/1.1\r\nHost: a\r\n\r\n")
    let answer = try connection.onlyAnswer()
    #expect(answer.status == bad.status)
    #expect(answer.closes)
    #expect(answer.headers["x-amzn-requestid"]?.count == 36)
    #expect(answer.body.hasPrefix("{\"message\":\""))
    #expect(!connection.isOpen)
    #expect(fixture.counters.count(of: bad.refusal) == 1)
    #expect(fixture.records.map(\.outcome) == [.refused(bad.refusal)])
  }

  @Test(arguments: badRequests)
  func `it makes no difference that the bytes come one by one`(_ bad: BadRequest) throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    for byte in bad.text.utf8 { try connection.receive([byte]) }
    #expect(try connection.onlyAnswer().status == bad.status)
    #expect(!connection.isOpen)
  }

  @Test func `a value that is not UTF-8 is refused`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive(Array("GET / HTTP/1.1\r\nHost: a\r\nA: ".utf8) + [0xC3, 0x28] + Array("\r\n\r\n".utf8))
    #expect(try connection.onlyAnswer().status == 400)
  }

  @Test(arguments: ["a", "a.b-c_d:65535", "127.0.0.1:9000", "[::1]:80", "[::1]", "xn--bcher-kva.example"])
  func `valid hosts pass`(_ host: String) throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive("GET /_redoubt/health HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    #expect(try connection.onlyAnswer().status == 200)
    #expect(connection.isOpen)
  }

  @Test func `HTTP 1.0 is answered and closed whatever it asks for`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive("GET /_redoubt/health HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
    #expect(try connection.onlyAnswer().closes)
    #expect(!connection.isOpen)
  }
}
