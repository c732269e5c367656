import Core
import Execution
import Gate
import NIOCore
import Sandbox
import Synchronization

/// Lets functions call the platform that runs them: the one place where what stands behind the gate has to know it.
final class PlatformGateway: PlatformGate {
  private let gate = Mutex<EnvironmentGate?>(nil)

  /// Once, before any environment is started.
  func serve(through gate: EnvironmentGate) { self.gate.withLock { $0 = gate } }

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
