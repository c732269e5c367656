import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

@testable import Gate

/// A gate on a real socket, for the time of a closure.
struct LoopbackGate: Sendable {
  let fixture: GateFixture
  let port: Int
  let services: ServiceGroup
  fileprivate let loops: MultiThreadedEventLoopGroup

  /// Shuts down gracefully when `body` has returned, if it has not done so itself.
  static func with(_ fixture: GateFixture, _ body: @escaping @Sendable (LoopbackGate) async throws -> Void) async throws
  {
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (addresses, listening) = AsyncStream.makeStream(of: Int.self)
    let gate = GateService(host: "127.0.0.1", port: 0, group: loops, stages: fixture.stages) {
      listening.yield($0.port ?? 0)
      listening.finish()
    }
    let services = ServiceGroup(services: [fixture.runner, gate], logger: Logger(label: "test"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await services.run() }
      for await port in addresses {
        try await body(LoopbackGate(fixture: fixture, port: port, services: services, loops: loops))
      }
      await services.triggerGracefulShutdown()
      try await group.waitForAll()
    }
    try await loops.shutdownGracefully()
  }

  /// Sends `bytes` and gives back everything until the server closes.
  func exchange(_ bytes: [UInt8]) async throws -> [UInt8] {
    try await connect { inbound, outbound in
      try await outbound.write(ByteBuffer(bytes: bytes))
      return try await Self.all(inbound)
    }
  }

  func connect<Result: Sendable>(
    _ body:
      @Sendable (NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws
      -> Result
  ) async throws -> Result {
    let client = try await ClientBootstrap(group: loops).connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
      }
    }
    return try await client.executeThenClose(body)
  }

  static func all(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await buffer in inbound { bytes += Array(buffer.readableBytesView) }
    return bytes
  }
}
