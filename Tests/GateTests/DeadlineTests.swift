import NIOCore
import Testing
import Wire

@testable import Gate

@Suite struct DeadlineTests {
  @Test func `a connection that says nothing is closed without an answer`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    connection.pass(.seconds(9))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(!connection.isOpen)
    #expect(try connection.sent().isEmpty)
    #expect(fixture.counters.count(of: .idle) == 1)
  }

  @Test func `a head that dribbles is refused when its time is over`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    for character in "GET /a HTTP/1.1".utf8.prefix(10) {
      try connection.receive([character])
      connection.pass(.seconds(1))
    }
    #expect(try connection.onlyAnswer().status == 408)
    #expect(!connection.isOpen)
    #expect(fixture.counters.count(of: .headerTimeout) == 1)
  }

  @Test func `a second head has its own time`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive("GET /_redoubt/health HTTP/1.1\r\nHost: a\r\n\r\n")
    connection.pass(.seconds(50))
    try connection.receive("GET /")
    connection.pass(.seconds(9))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(try connection.answers().map(\.status) == [200, 408])
    #expect(!connection.isOpen)
  }

  @Test func `a pipelined beginning of a head starts its time with the answer before it`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive("GET /_redoubt/health HTTP/1.1\r\nHost: a\r\n\r\nGET /")
    connection.pass(.seconds(10))
    #expect(try connection.answers().map(\.status) == [200, 408])
  }

  @Test func `an idle connection is closed after the idle time`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive("GET /_redoubt/health HTTP/1.1\r\nHost: a\r\n\r\n")
    connection.pass(.seconds(74))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(!connection.isOpen)
    #expect(try connection.answers().count == 1)
  }

  @Test func `a body that does not come is refused and its budget given back`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(body: [1, 2, 3]).signedWithoutDigest(fixture).dropLast())
    connection.pass(.seconds(59))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(try connection.onlyAnswer().status == 408)
    #expect(!connection.isOpen)
    #expect(fixture.stages.budget.reservedBytes == 0)
    #expect(fixture.counters.count(of: .bodyTimeout) == 1)
  }

  @Test func `a long body has more time`() throws {
    let fixture = try GateFixture { $0.bodyRate = 10 }
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(
      try RawRequest(body: [UInt8](repeating: 0, count: 100)).signedWithoutDigest(fixture).dropLast())
    connection.pass(.seconds(69))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(!connection.isOpen)
  }

  @Test func `an answer under way has no deadline of the gate's`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(target: "/hold").signed(fixture))
    connection.pass(.hours(1))
    #expect(connection.isOpen)
    try unwrap(fixture.held.removeFirst()).send(OperationResponse(head: .init(status: 200, headers: []), body: []))
    #expect(try connection.onlyAnswer().status == 200)
  }

  @Test func `a client that takes nothing of its answer is closed`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(try RawRequest(target: "/hold").signed(fixture))
    let reply = try unwrap(fixture.held.removeFirst())
    reply.begin(ResponseHead(status: 200, headers: []), length: nil)
    connection.setWritable(false)
    reply.write([UInt8](repeating: 0, count: 100))
    connection.pass(.seconds(29))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(!connection.isOpen)
    #expect(fixture.records.map(\.outcome) == [.refused(.slowReader)])
  }

  @Test func `a client that takes enough is not closed, and its next request waits until it has taken all`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    let request = try RawRequest(target: "/hold").signed(fixture)
    try connection.receive(request + request)
    let reply = try unwrap(fixture.held.removeFirst())
    reply.begin(ResponseHead(status: 200, headers: []), length: nil)
    connection.setWritable(false)
    for _ in 0..<4 {
      reply.write([UInt8](repeating: 0, count: 20_000))
      connection.pass(.seconds(30))
    }
    reply.end()
    #expect(connection.isOpen)
    #expect(fixture.held.count == 0)
    connection.setWritable(true)
    #expect(fixture.held.count == 1)
  }
}
