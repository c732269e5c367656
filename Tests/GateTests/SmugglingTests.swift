import Testing
import Wire

@testable import Gate

/// Requests that hide a second one, from the published collections of request smuggling.
@Suite struct SmugglingTests {
  private static let hidden = "GET /_redoubt/health HTTP/1.1\r\nHost: b\r\n\r\n"

  static let attacks: [(name: String, head: String)] = [
    ("CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n"),
    ("TE.TE", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
    ("TE with a blank", "Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n"),
    ("TE with a tab", "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n"),
    ("TE with x", "Transfer-Encoding: xchunked\r\n\r\n"),
    ("TE in capitals", "TRANSFER-ENCODING: CHUNKED\r\n\r\n0\r\n\r\n"),
    ("TE folded", "Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\n"),
    ("TE behind a bare LF", "A: b\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"),
    ("TE behind a bare CR", "A: b\rTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"),
    ("TE with a vertical tab", "Transfer-Encoding: \u{B}chunked\r\nContent-Length: 4\r\n\r\n"),
    ("chunk extension", "Transfer-Encoding: chunked\r\n\r\n0;a=\"\n\"\r\n\r\n"),
    ("chunk size with a sign", "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n"),
    ("trailer", "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 9\r\n\r\n"),
    ("two lengths", "Content-Length: 0\r\nContent-Length: 44\r\n\r\n"),
    ("two lengths in one line", "Content-Length: 0, 44\r\n\r\n"),
    ("length with a blank", "Content-Length : 44\r\n\r\n"),
    ("length with an underscore", "Content_Length: 44\r\nContent-Length: 0x2c\r\n\r\n"),
    ("head ended by bare LFs", "Content-Length: 0\n\n"),
  ]

  @Test(arguments: attacks)
  func `never are two requests seen in one that is not well-formed`(_ attack: (name: String, head: String)) throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive("POST /hold HTTP/1.1\r\nHost: a\r\n" + attack.head + Self.hidden)
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 400)
    #expect(answer.closes)
    #expect(!connection.isOpen)
    #expect(fixture.records.count == 1)
  }

  @Test func `a body is never read as a request`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    var request = RawRequest()
    request.body = Array(Self.hidden.utf8)
    try connection.receive(try request.signed(fixture))
    #expect(try connection.onlyAnswer().body == Self.hidden)
    #expect(fixture.records.count == 1)
  }

  @Test func `pipelined requests are answered in order, one at a time`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    let hold = try RawRequest(target: "/hold").signed(fixture)
    try connection.receive(hold + hold + Array(Self.hidden.utf8))
    #expect(fixture.held.count == 1)
    try unwrap(fixture.held.removeFirst()).send(.init(head: .init(status: 201, headers: []), body: []))
    #expect(fixture.held.count == 1)
    try unwrap(fixture.held.removeFirst()).send(.init(head: .init(status: 202, headers: []), body: []))
    #expect(try connection.answers().map(\.status) == [201, 202, 200])
  }

  @Test func `garbage behind a good request is refused after the answer`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(Self.hidden + "\0garbage" + Self.hidden)
    #expect(try connection.answers().map(\.status) == [200, 400])
    #expect(!connection.isOpen)
  }

  @Test func `too much behind an unanswered request closes the connection`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(target: "/hold").signed(fixture))
    try connection.receive([UInt8](repeating: 0, count: 2 << 20))
    #expect(!connection.isOpen)
    #expect(fixture.records.map(\.outcome) == [.clientLeft])
  }
}
