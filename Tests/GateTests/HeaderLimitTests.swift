import Testing

@testable import Gate

@Suite struct HeaderLimitTests {
  private static let start = "GET /_redoubt/health HTTP/1.1\r\nHost: a\r\nA: "

  private func head(ofBytes count: Int) -> String {
    Self.start + String(repeating: "b", count: count - Self.start.utf8.count - 4) + "\r\n\r\n"
  }

  @Test func `a head of exactly the limit passes`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive(head(ofBytes: 16 << 10))
    #expect(try connection.onlyAnswer().status == 200)
    #expect(connection.isOpen)
  }

  @Test func `one byte more is refused with 431 in one read`() throws {
    let fixture = try GateFixture()
    let connection = try EmbeddedConnection(fixture)
    try connection.receive(head(ofBytes: 16 << 10 | 1))
    let answer = try connection.onlyAnswer()
    #expect(answer.status == 431)
    #expect(answer.closes)
    #expect(!connection.isOpen)
    #expect(fixture.counters.count(of: .headerBytes) == 1)
  }

  @Test func `one byte more is refused when it dribbles`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    let bytes = Array(head(ofBytes: 16 << 10 | 1).utf8)
    for start in stride(from: 0, to: bytes.count, by: 7) {
      try connection.receive(bytes[start..<min(start + 7, bytes.count)])
    }
    #expect(try connection.onlyAnswer().status == 431)
    #expect(!connection.isOpen)
  }

  @Test func `a request line alone can break the limit`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive("GET /" + String(repeating: "a", count: 70_000))
    #expect(try connection.onlyAnswer().status == 431)
  }

  @Test(arguments: [(99, 200), (100, 400)])
  func `up to 100 headers pass`(_ extra: Int, _ status: Int) throws {
    let connection = try EmbeddedConnection(try GateFixture())
    let lines = (0..<extra).map { "A\($0): b\r\n" }.joined()
    try connection.receive("GET /_redoubt/health HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
    #expect(try connection.onlyAnswer().status == status)
  }

  @Test func `the limit is counted anew for each request of a connection`() throws {
    let connection = try EmbeddedConnection(try GateFixture())
    try connection.receive(head(ofBytes: 16 << 10) + head(ofBytes: 16 << 10))
    #expect(try connection.answers().map(\.status) == [200, 200])
  }
}
