package import Core
package import NIOCore
import NIOPosix

/// The gate inside execution environments: the same stages as outside, with limits of its own for each environment, and no
/// trust in where a connection seems to come from.
package struct EnvironmentGate: Sendable {
  private let stages: GateStages
  private let limits: GateLimits
  private let counters = GateCounters()
  private let budgets: FunctionBudgets
  private let runner: ControlOperationRunner
  private let unsignedRunner: ControlOperationRunner
  private let failed: @Sendable (any Error) -> Void

  /// - Parameters:
  ///   - stages: those of the listener outside.
  ///   - runner: for what functions ask, so that they do not keep others waiting.
  ///   - unsignedRunner: the same, for operations whose credential is in the body.
  ///   - limits: of one environment.
  ///   - unauthenticatedBytes: the limit of that name over all environments.
  ///   - failed: hears why a listener could not be opened.
  package init(
    _ stages: GateStages, runner: ControlOperationRunner, unsignedRunner: ControlOperationRunner,
    limits: GateLimits = .insideEnvironment, unauthenticatedBytes: Int = 256 << 20,
    failed: @escaping @Sendable (any Error) -> Void
  ) {
    self.stages = stages
    self.runner = runner
    self.unsignedRunner = unsignedRunner
    self.limits = limits
    self.failed = failed
    budgets = FunctionBudgets(limit: unauthenticatedBytes)
  }

  /// Serves one environment of the function.
  ///
  /// - Parameters:
  ///   - socket: a listening socket; taken over.
  ///   - loop: of the listener and its connections.
  package func open(_ socket: Int32, of function: ARN, on loop: any EventLoop) -> EnvironmentListener {
    let stages = stages.inside(
      function, limits: limits, counters: counters, within: budgets.budget(of: function), runner: runner,
      unsignedRunner: unsignedRunner)
    let connections = ConnectionSet(limit: limits.connections, counters: counters, on: loop)
    let listener = ServerBootstrap(group: loop)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let rate = stages.limits.connectionRate {
            try channel.pipeline.syncOperations.addHandler(AcceptPaceHandler(rate, clock: stages.clock))
          }
          try channel.pipeline.syncOperations.addHandler(ConnectionLimitHandler(connections))
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      // Whoever sends without an end does not keep the loop from the others.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try GatePipeline.configure(channel, stages) }
      }
      .withBoundSocket(socket)
    listener.whenFailure(failed)
    return EnvironmentListener(listener, connections)
  }
}

/// The gate's listener inside one environment.
package struct EnvironmentListener: Sendable {
  private let listener: EventLoopFuture<any Channel>
  private let connections: ConnectionSet

  fileprivate init(_ listener: EventLoopFuture<any Channel>, _ connections: ConnectionSet) {
    self.listener = listener
    self.connections = connections
  }

  /// Closes it with all its connections.
  package func close() {
    listener.whenSuccess { $0.close(promise: nil) }
    connections.drain()
    connections.closeAll()
  }
}
