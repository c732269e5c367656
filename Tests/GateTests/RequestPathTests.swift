import Core
import Testing
import Wire

@testable import Gate

/// The stages of a request and what stays of a connection after each.
@Suite struct RequestPathTests {
  @Test func `a signed request reaches its operation`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(body: Array("hello".utf8)).signed(fixture))
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 200)
    #expect(answer.body == "hello")
    #expect(answer.headers["content-length"] == "5")
    #expect(answer.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT")
    #expect(answer.headers["server"] == nil)
    #expect(connection.isOpen)
  }

  @Test func `a request signed as botocore signs it reaches its operation byte by byte`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    for byte in try RawRequest(body: Array("hello".utf8)).signedWithoutDigest(fixture) {
      try connection.receive([byte])
    }
    #expect(try connection.onlyAnswer().body == "hello")
  }

  @Test func `an access record holds what happened and no signature`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    var request = RawRequest(body: Array("hello".utf8))
    request.target += "?a=secret"
    try connection.receive(try request.signed(fixture))
    let record = try unwrap(fixture.records.first)
    #expect(record.requestID.description == (try connection.onlyAnswer().headers["x-amzn-requestid"]))
    #expect(record.method == "POST")
    #expect(record.operation == "lambda:Echo")
    #expect(record.status == 200)
    #expect(record.requestBytes == 5)
    #expect(record.responseBytes == 5)
    #expect(record.principal == "arn:aws:iam::000000000001:user/admin")
    #expect(record.outcome == .answered)
    #expect(!"\(record)".contains("secret"))
  }

  @Test func `health needs no signature`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive("GET /_redoubt/health HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try connection.onlyAnswer().body == #"{"status":"ok"}"#)
  }

  @Test func `an unsigned request without a body is refused with 403 and the connection stays`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(RawRequest().unsigned)
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 403)
    #expect(answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException")
    #expect(!answer.closes)
    #expect(connection.isOpen)
    try connection.receive(try RawRequest(body: [0x61]).signed(fixture))
    #expect(try connection.answers().map(\.status) == [403, 200])
  }

  @Test func `an unsigned request is refused before its body is taken, and the connection closed`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive("POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\nExpect: 100-continue\r\n\r\n")
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 403)
    #expect(answer.closes)
    #expect(!connection.isOpen)
    #expect(fixture.stages.budget.reservedBytes == 0)
  }

  @Test func `a wrong secret is found when the body is there, and the connection stays`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(body: [0x61]).signedWithoutDigest(fixture, secret: "wrong"))
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 403)
    #expect(answer.headers["x-amzn-errortype"] == "InvalidSignatureException")
    #expect(connection.isOpen)
    #expect(fixture.stages.budget.reservedBytes == 0)
    #expect(fixture.records.first?.principal == nil)
  }

  @Test func `an unknown operation is 404 in the protocol that the request seems to be in`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive(RawRequest(target: "/nothing").unsigned)
    try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: Logs_20140328.Nothing\r\n\r\n")
    let answers = try connection.answers()
    #expect(answers.map(\.status) == [404, 404])
    #expect(answers[0].headers["x-amzn-errortype"] == "UnknownOperationException")
    #expect(answers[1].body.contains(#""__type":"UnknownOperationException""#))
    #expect(!answers[0].body.contains("nothing"))
  }

  @Test func `an operation of a JSON service is found by its target`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    var request = RawRequest(target: "/", body: Array("{}".utf8), service: "logs")
    request.headers.append(("X-Amz-Target", "Logs_20140328.PutEvents"))
    try connection.receive(try request.signed(fixture))
    #expect(try connection.onlyAnswer().status == 200)
  }

  @Test func `the scope of the signature decides on the service`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(service: "logs").signed(fixture))
    #expect(try connection.onlyAnswer().status == 404)
  }

  @Test func `a body over the operation's limit is 413 for who is known`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    let request = RawRequest(body: [UInt8](repeating: 0x61, count: 1001))
    try connection.receive(try request.signed(fixture))
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 413)
    #expect(answer.headers["x-amzn-errortype"] == "RequestEntityTooLargeException")
    #expect(answer.body.contains("Request must be smaller than 1000 bytes for the Echo operation"))
    #expect(answer.closes)
    #expect(!connection.isOpen)
  }

  @Test func `a body over the limit tells nothing to who is not known`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive(RawRequest(body: [UInt8](repeating: 0x61, count: 1001)).unsigned)
    #expect(try connection.onlyAnswer().status == 403)
  }

  @Test func `100 Continue comes only when the head has passed everything`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    var request = RawRequest(body: Array("hello".utf8))
    request.headers.append(("Expect", "100-continue"))
    let bytes = try request.signed(fixture)
    try connection.receive(bytes.dropLast(5))
    #expect(try connection.sent() == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    try connection.receive(bytes.suffix(5))
    #expect(try connection.answers().map(\.status) == [100, 200])
  }

  @Test func `the budget refuses what does not fit and is given back on disconnect`() throws {
    let fixture = try GateFixture { $0.unauthenticatedBytes = 900 }
    let request = try RawRequest(body: [UInt8](repeating: 0x61, count: 500)).signedWithoutDigest(fixture)
    let first = try EmbeddedConnection(fixture)
    try first.receive(request.dropLast())
    #expect(fixture.stages.budget.reservedBytes == 500)
    let second = try EmbeddedConnection(fixture)
    try second.receive(request)
    let answer = try second.onlyAnswer()
    #expect(answer.status == 503)
    #expect(answer.headers["retry-after"] == "1")
    #expect(!second.isOpen)
    try first.disconnect()
    #expect(fixture.stages.budget.reservedBytes == 0)
    #expect(fixture.records.map(\.outcome) == [.refused(.unauthenticatedBytes), .clientLeft])
    let third = try EmbeddedConnection(fixture)
    try third.receive(request)
    #expect(try third.onlyAnswer().status == 200)
    #expect(fixture.stages.budget.reservedBytes == 0)
  }

  @Test func `a sender who is known from the head takes nothing of the budget`() throws {
    let fixture = try GateFixture { $0.unauthenticatedBytes = 10 }
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(body: [UInt8](repeating: 0x61, count: 500)).signed(fixture))
    #expect(try connection.onlyAnswer().status == 200)
  }

  @Test func `a control operation that nobody can run is 503`() throws {
    let runner = ControlOperationRunner(concurrency: 1, waiting: 1)
    let fixture = try GateFixture(runner: runner)
    let request = try RawRequest(method: "GET", target: "/things/a").signed(fixture)
    let first = try EmbeddedConnection(fixture)
    try first.receive(request)
    let second = try EmbeddedConnection(fixture)
    try second.receive(request)
    #expect(try first.answers().isEmpty)
    #expect(try second.onlyAnswer().status == 503)
    #expect(second.isOpen)
  }
}
