package import Core
package import NIOCore
package import Sandbox

/// Serves the platform's own APIs to the code of execution environments.
package protocol PlatformGate: Sendable {
  /// Takes over a listening socket that lies inside an environment of the function.
  ///
  /// - Parameter eventLoop: of everything that comes through the socket.
  func open(_ socket: OwnedDescriptor, of function: ARN, on eventLoop: any EventLoop) -> any PlatformListener
}

/// The platform's listener inside one environment.
package protocol PlatformListener: Sendable {
  /// Closes it with all its connections.
  func close()
}
