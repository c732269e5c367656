import Synchronization
import Testing
import Wire

@testable import Gate

/// What an operation does with its stream and what the client sees of it.
@Suite struct AnswerTests {
  /// A connection with one request under way, and the stream of its answer.
  private func open(
    _ request: RawRequest = RawRequest(target: "/hold")
  ) throws -> (GateFixture, EmbeddedConnection, any ResponseStream) {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try request.signed(fixture))
    return (fixture, connection, try unwrap(fixture.held.removeFirst()))
  }

  private func head(_ status: Int, _ headers: [(name: String, value: String)] = []) -> ResponseHead {
    ResponseHead(status: status, headers: headers)
  }

  @Test func `a body of unknown length goes in chunks as they come`() throws {
    let (_, connection, reply) = try open()
    reply.begin(head(200), length: nil)
    #expect(try connection.sent().count > 0)
    reply.write(Array("one".utf8))
    reply.write([])
    reply.write(Array("two".utf8))
    reply.end()
    let answer = try connection.onlyAnswer()
    #expect(answer.body == "onetwo")
    #expect(answer.headers["transfer-encoding"] == "chunked")
    #expect(connection.isOpen)
  }

  @Test func `who writes hears when the bytes have left, or never will`() throws {
    let (_, connection, reply) = try open()
    let taken = Mutex(0)
    reply.begin(head(200), length: nil)
    reply.write(Array("one".utf8)) { taken.withLock { $0 += 1 } }
    #expect(try connection.sent().count > 0)
    #expect(taken.withLock { $0 } == 1)
    reply.abort()
    reply.write(Array("two".utf8)) { taken.withLock { $0 += 10 } }
    #expect(taken.withLock { $0 } == 11)
  }

  @Test func `in HTTP 1.0 a body of unknown length ends with the connection`() throws {
    let (_, connection, reply) = try open(RawRequest(target: "/hold", version: "HTTP/1.0"))
    reply.begin(head(200), length: nil)
    reply.write(Array("one".utf8))
    reply.end()
    let answer = try connection.onlyAnswer()
    #expect(answer.body == "one")
    #expect(answer.headers["transfer-encoding"] == nil)
    #expect(!connection.isOpen)
  }

  @Test(arguments: [nil, 3])
  func `an answer to HEAD has no body`(_ length: Int?) throws {
    let (_, connection, reply) = try open(RawRequest(method: "HEAD", target: "/look"))
    reply.begin(head(200), length: length)
    reply.write(Array("one".utf8))
    reply.end()
    let answers = try connection.answers(hasBody: false)
    #expect(answers.count == 1)
    #expect(answers.first?.headers["content-length"] == length.map(String.init))
    #expect(connection.isOpen)
  }

  @Test(arguments: [204, 304])
  func `statuses without a body have none`(_ status: Int) throws {
    let (_, connection, reply) = try open()
    reply.begin(head(status), length: 3)
    reply.write(Array("one".utf8))
    reply.end()
    let answer = try connection.onlyAnswer()
    #expect(answer.headers["content-length"] == nil)
    #expect(answer.headers["transfer-encoding"] == nil)
  }

  @Test func `more or fewer bytes than announced break the answer off`() throws {
    for count in [2, 4] {
      let (fixture, connection, reply) = try open()
      reply.begin(head(200), length: 3)
      reply.write([UInt8](repeating: 0x61, count: count))
      reply.end()
      #expect(!connection.isOpen)
      #expect(fixture.records.map(\.outcome) == [.aborted])
    }
  }

  @Test func `an aborted answer closes the connection without the last chunk`() throws {
    let (fixture, connection, reply) = try open()
    reply.begin(head(200), length: nil)
    reply.write(Array("one".utf8))
    reply.abort()
    #expect(!connection.isOpen)
    #expect(RawAnswer.all(in: try connection.sent()) == nil)
    #expect(fixture.counters.abortedAnswers == 1)
  }

  @Test func `an operation that forgets its answer is 500`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(target: "/forget").signed(fixture))
    #expect(try connection.onlyAnswer().status == 500)
    #expect(connection.isOpen)
  }

  @Test(arguments: ["a\r\nSet-Cookie: b", "a\nb", "a\0b"])
  func `a header that would become two is not sent`(_ value: String) throws {
    let (_, connection, reply) = try open()
    reply.send(OperationResponse(head: head(200, [("X-A", value)]), body: Array("secret".utf8)))
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 500)
    #expect(!answer.body.contains("secret"))
  }

  @Test func `an operation cannot set what belongs to the gate`() throws {
    let (_, connection, reply) = try open()
    let headers = [
      (name: "Content-Length", value: "9"), (name: "transfer-encoding", value: "chunked"),
      (name: "Connection", value: "close"), (name: "Date", value: "x"), (name: "Server", value: "x"),
      (name: "X-Amzn-RequestId", value: "x"),
    ]
    reply.send(OperationResponse(head: head(200, headers), body: Array("one".utf8)))
    let answer = try connection.onlyAnswer()
    #expect(answer.headers["content-length"] == "3")
    #expect(answer.headers["server"] == nil)
    #expect(!answer.closes)
    #expect(connection.isOpen)
  }

  @Test func `calls after the end, or after the client has gone, do nothing`() throws {
    let (fixture, connection, reply) = try open()
    reply.send(OperationResponse(head: head(200), body: []))
    reply.send(OperationResponse(head: head(201), body: []))
    reply.abort()
    #expect(try connection.onlyAnswer().status == 200)
    #expect(connection.isOpen)
    try connection.receive(try RawRequest(target: "/hold").signed(fixture))
    let second = try unwrap(fixture.held.removeFirst())
    reply.abort()
    #expect(connection.isOpen)
    second.begin(head(200), length: nil)
    try connection.disconnect()
    second.write([0x61])
    second.end()
    #expect(fixture.records.map(\.outcome) == [.answered, .clientLeft])
    #expect(fixture.counters.clientDepartures == 1)
  }

  @Test func `Connection close is respected`() throws {
    var request = RawRequest(target: "/hold")
    request.headers.append(("Connection", "close"))
    let (_, connection, reply) = try open(request)
    reply.send(OperationResponse(head: head(200), body: []))
    #expect(try connection.onlyAnswer().closes)
    #expect(!connection.isOpen)
  }

  @Test func `a drained connection closes at once when idle, after the answer when not`() throws {
    let (fixture, busy, reply) = try open()
    let idle = try EmbeddedConnection(fixture)
    for connection in [busy, idle] {
      connection.drain()
    }
    #expect(!idle.isOpen)
    #expect(busy.isOpen)
    reply.send(OperationResponse(head: head(200), body: []))
    #expect(try busy.onlyAnswer().closes)
    #expect(!busy.isOpen)
  }
}
