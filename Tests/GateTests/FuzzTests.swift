import Core
import NIOCore
import Testing
import Wire

@testable import Gate

/// Mutated requests, the same ones in every run.
@Suite struct FuzzTests {
  private struct Generator: RandomNumberGenerator {
    let source: SeededRandomSource

    func next() -> UInt64 { source.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }
  }

  private static let fragments: [String] = [
    "\r\n", "\n", "\r", "\r\n\r\n", "\0", " ", "\t", ":", "0\r\n\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n",
    "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n", "HTTP/1.0",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "%00", "\u{E9}", "Upgrade: h2c\r\n",
  ]

  private func corpus(_ fixture: GateFixture) throws -> [[UInt8]] {
    [
      Array("GET /_redoubt/health HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
      try RawRequest(body: Array("hello".utf8)).signed(fixture),
      try RawRequest(body: Array("hello".utf8)).signedWithoutDigest(fixture),
      RawRequest(body: Array("hello".utf8)).unsigned,
      Array("POST /hold HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".utf8),
      RawRequest(method: "HEAD", target: "/look").unsigned,
    ]
  }

  private func mutate(_ bytes: [UInt8], _ random: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      default: bytes.insert(contentsOf: Array(Self.fragments.randomElement(using: &random, orElse: "").utf8), at: place)
      }
    }
    return bytes
  }

  private func feed(_ input: [UInt8], to connection: EmbeddedConnection, _ random: inout Generator) throws {
    var rest = input[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...max(1, input.count), using: &random))
      try connection.receive(piece)
      rest = rest.dropFirst(piece.count)
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `mutated requests never crash, never get an answer after a refusal, never leave anything behind`(
    _ seed: UInt64
  ) throws {
    var random = Generator(source: SeededRandomSource(seed: seed))
    let fixture = try GateFixture()
    let corpus = try corpus(fixture)
    for _ in 0..<1500 {
      let requests = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        mutate(corpus.randomElement(using: &random, orElse: []), &random)
      }
      let input = Array(requests.joined())
      let connection = try EmbeddedConnection(fixture)
      let before = fixture.records.count
      try feed(input, to: connection, &random)
      connection.pass(.hours(1))
      while let reply = fixture.held.removeFirst() { reply.abort() }
      try connection.disconnect()
      let sent = String(decoding: try connection.sent(), as: UTF8.self)
      let heads = sent.split(separator: "HTTP/1.").map { $0.contains("Connection: close\r\n") }
      #expect(heads.dropLast().allSatisfy { !$0 }, "an answer after the last: \(sent)")
      #expect(fixture.stages.budget.reservedBytes == 0)
      let answers = fixture.records.dropFirst(before).filter { $0.status != nil }.count
      let continued = sent.split(separator: "100 Continue").count - 1
      #expect(heads.count - max(0, continued) == answers, "answers and records differ: \(sent)")
    }
  }
}

extension RandomAccessCollection {
  fileprivate func randomElement(using random: inout some RandomNumberGenerator, orElse other: Element) -> Element {
    randomElement(using: &random) ?? other
  }
}
