import Core
import Execution
import Gate
import Logging
import NIOCore
import Sandbox
import Synchronization

/// Lets functions call the platform that runs them: the one place where what stands behind the gate has to know it.
final class PlatformGateway: PlatformGate {
  private let gate = Mutex<EnvironmentGate?>(nil)

  /// Once, before any environment is started.
  ///
  /// - Parameters:
  ///   - stages: those of the listener outside.
  ///   - runners: for what functions ask, signed or not.
  ///   - unauthenticatedBytes: the limit of that name over all environments.
  func serve(
    _ stages: GateStages, runners: (known: ControlOperationRunner, unsigned: ControlOperationRunner),
    unauthenticatedBytes: Int, log: Logger
  ) {
    let gate = EnvironmentGate(
      stages, runner: runners.known, unsignedRunner: runners.unsigned, unauthenticatedBytes: unauthenticatedBytes
    ) { error in
      log.error("cannot serve the platform to an environment", metadata: ["error": "\(error)"])
    }
    self.gate.withLock { $0 = gate }
  }

  func open(_ socket: OwnedDescriptor, of function: ARN, on eventLoop: any EventLoop) -> any PlatformListener {
    guard let gate = gate.withLock({ $0 }) else { return Nothing() }
    return gate.open(socket.take(), of: function, on: eventLoop)
  }

  /// Before there is a gate; the socket closes, and connections to it are refused.
  private struct Nothing: PlatformListener {
    func close() {}
  }
}

extension EnvironmentListener: PlatformListener {}
