import NIOCore
import ServiceLifecycle
import Testing
import Wire

@testable import Gate

/// The listener on a real socket.
@Suite(.timeLimit(.minutes(1))) struct GateServiceTests {
  private static let health = Array("GET /_redoubt/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)

  @Test func `it answers over loopback and counts its connections`() async throws {
    let fixture = try GateFixture()
    try await LoopbackGate.with(fixture) { gate in
      let answers = RawAnswer.all(in: try await gate.exchange(Self.health))
      #expect(answers?.map(\.status) == [200])
    }
    #expect(fixture.counters.acceptedConnections == 1)
    #expect(fixture.counters.openConnections == 0)
    #expect(fixture.records.first?.source == .network(address: "127.0.0.1"))
  }

  @Test func `control operations run aside and answer on the connection`() async throws {
    let fixture = try GateFixture()
    try await LoopbackGate.with(fixture) { gate in
      var request = RawRequest(method: "GET", target: "/things/a%2Fb")
      request.headers.append(("Connection", "close"))
      let answers = RawAnswer.all(in: try await gate.exchange(try request.signed(fixture)))
      #expect(answers?.map(\.body) == [#"{"Name":"a/b"}"#])
    }
  }

  @Test func `a client that is refused while it sends a large body still reads the answer`() async throws {
    let fixture = try GateFixture()
    try await LoopbackGate.with(fixture) { gate in
      let request = RawRequest(body: [UInt8](repeating: 0x61, count: 8 << 20)).unsigned
      let answers = RawAnswer.all(in: try await gate.exchange(request))
      #expect(answers?.map(\.status) == [403])
      #expect(answers?.first?.closes == true)
    }
    #expect(fixture.counters.openConnections == 0)
  }

  @Test func `the end of an answer without a length waits for all that is on its way`() async throws {
    let fixture = try GateFixture()
    try await LoopbackGate.with(fixture) { gate in
      try await gate.connect { inbound, outbound in
        let request = RawRequest(target: "/hold", version: "HTTP/1.0")
        try await outbound.write(ByteBuffer(bytes: try request.signed(fixture)))
        let reply = try await Self.firstReply(fixture)
        reply.begin(ResponseHead(status: 200, headers: []), length: nil)
        // More than the sockets hold.
        for _ in 0..<32 { reply.write([UInt8](repeating: 0x61, count: 1 << 20)) }
        reply.end()
        let answer = try await LoopbackGate.all(inbound)
        #expect(answer.count(where: { $0 == 0x61 }) >= 32 << 20)
      }
    }
  }

  @Test func `one connection too many is closed at once`() async throws {
    let fixture = try GateFixture { $0.connections = 1 }
    try await LoopbackGate.with(fixture) { gate in
      try await gate.connect { inbound, outbound in
        try await outbound.write(ByteBuffer(bytes: Self.health.dropLast(2)))
        let refused = try? await gate.exchange(Self.health)
        #expect(refused?.isEmpty ?? true)
        try await outbound.write(ByteBuffer(string: "\r\n"))
        #expect(RawAnswer.all(in: try await LoopbackGate.all(inbound))?.map(\.status) == [200])
      }
    }
    #expect(fixture.counters.count(of: .tooManyConnections) == 1)
  }

  @Test func `shutdown closes idle connections and waits for the answer under way`() async throws {
    let fixture = try GateFixture()
    try await LoopbackGate.with(fixture) { gate in
      try await gate.connect { idle, _ in
        try await gate.connect { inbound, outbound in
          try await outbound.write(ByteBuffer(bytes: try RawRequest(target: "/hold").signed(fixture)))
          let reply = try await Self.firstReply(fixture)
          await gate.services.triggerGracefulShutdown()
          #expect(try await LoopbackGate.all(idle).isEmpty)
          reply.send(OperationResponse(head: ResponseHead(status: 201, headers: []), body: []))
          let answers = RawAnswer.all(in: try await LoopbackGate.all(inbound))
          #expect(answers?.map(\.status) == [201])
          #expect(answers?.first?.closes == true)
        }
      }
    }
    #expect(fixture.counters.openConnections == 0)
  }

  @Test func `what is not answered when the time to drain is over is cut`() async throws {
    let fixture = try GateFixture { $0.drainTimeout = .milliseconds(50) }
    try await LoopbackGate.with(fixture) { gate in
      try await gate.connect { inbound, outbound in
        try await outbound.write(ByteBuffer(bytes: try RawRequest(target: "/hold").signed(fixture)))
        let reply = try await Self.firstReply(fixture)
        await gate.services.triggerGracefulShutdown()
        #expect(try await LoopbackGate.all(inbound).isEmpty)
        reply.end()
      }
    }
    #expect(fixture.records.map(\.outcome) == [.clientLeft])
  }

  @Test func `a large answer arrives whole from another thread`() async throws {
    let fixture = try GateFixture()
    try await LoopbackGate.with(fixture) { gate in
      try await gate.connect { inbound, outbound in
        var request = RawRequest(target: "/hold")
        request.headers.append(("Connection", "close"))
        try await outbound.write(ByteBuffer(bytes: try request.signed(fixture)))
        let reply = try await Self.firstReply(fixture)
        reply.begin(ResponseHead(status: 200, headers: []), length: nil)
        for _ in 0..<64 { reply.write([UInt8](repeating: 0x61, count: 100_000)) }
        reply.end()
        let answers = RawAnswer.all(in: try await LoopbackGate.all(inbound))
        #expect(answers?.first?.body.utf8.count == 6_400_000)
      }
    }
  }

  @Test func `the socket is not read while a request is being answered`() async throws {
    let fixture = try GateFixture()
    try await LoopbackGate.with(fixture) { gate in
      try await gate.connect { inbound, outbound in
        try await withThrowingTaskGroup(of: Void.self) { group in
          let request = try RawRequest(target: "/hold").signed(fixture)
          group.addTask { try await outbound.write(ByteBuffer(bytes: request + [UInt8](repeating: 0, count: 8 << 20))) }
          let reply = try await Self.firstReply(fixture)
          // Far more than may be held has been sent by now, or is on its way.
          reply.send(OperationResponse(head: ResponseHead(status: 200, headers: []), body: []))
          let answers = RawAnswer.all(in: try await LoopbackGate.all(inbound))
          #expect(answers?.map(\.status) == [200, 400])
          try await group.waitForAll()
        }
      }
    }
  }

  private static func firstReply(_ fixture: GateFixture) async throws -> any ResponseStream {
    for await reply in fixture.held.arrivals { return reply }
    throw MissingValue()
  }
}
