package import NIOCore
package import NIOPosix
import ServiceLifecycle

/// One HTTP listener.
///
/// `run` binds and serves until shutdown. On graceful shutdown it stops accepting, closes idle connections, lets
/// requests under way finish for at most `GateLimits.drainTimeout` and returns when every connection is closed. When
/// its task is cancelled it closes all of them at once.
package struct GateService: Service {
  private let host: String
  private let port: Int
  private let group: MultiThreadedEventLoopGroup
  private let stages: GateStages
  private let onListening: @Sendable (SocketAddress) -> Void

  /// Connections that the system may hold before they are accepted.
  private static let backlog: Int32 = 1024

  /// - Parameters:
  ///   - port: 0 for any free port; `onListening` hears which.
  ///   - onListening: called once, when connections can be made.
  package init(
    host: String, port: Int, group: MultiThreadedEventLoopGroup, stages: GateStages,
    onListening: @escaping @Sendable (SocketAddress) -> Void
  ) {
    self.host = host
    self.port = port
    self.group = group
    self.stages = stages
    self.onListening = onListening
  }

  /// - Throws: when the address cannot be bound.
  package func run() async throws {
    let loop = group.next()
    let connections = ConnectionSet(limit: stages.limits.connections, counters: stages.counters, on: loop)
    let listener: any Channel
    do {
      listener = try await bind(connections)
    } catch {
      connections.drain()
      throw error
    }
    if let address = listener.localAddress { onListening(address) }
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler {
        try await listener.closeFuture.get()
      } onGracefulShutdown: {
        listener.close(promise: nil)
      }
      try await drain(connections, on: loop)
    } onCancel: {
      listener.close(promise: nil)
      connections.closeAll()
    }
  }

  private func drain(_ connections: ConnectionSet, on loop: any EventLoop) async throws {
    connections.drain()
    let limit = Task.isCancelled ? .zero : stages.limits.drainTimeout
    let cut = loop.scheduleTask(in: limit) { connections.closeAll() }
    try await connections.drained.get()
    cut.cancel()
  }

  private func bind(_ connections: ConnectionSet) async throws -> any Channel {
    try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ConnectionLimitHandler(connections))
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { [stages] channel in
        channel.eventLoop.makeCompletedFuture { try GatePipeline.configure(channel, stages) }
      }
      .bind(host: host, port: port).get()
  }
}
