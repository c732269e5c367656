package import Core

/// Where a request came from, as the listener knows it. Nothing that a client says is in it.
package enum RequestSource: Hashable, Sendable {
  /// - Parameter address: of the client's end of the connection; nil where the system does not tell.
  case network(address: String?)
  /// The listener inside the execution environment of a function. Its connections never leave the kernel, and their
  /// addresses say nothing.
  case environment(of: ARN)
}

extension RequestSource {
  package var isEnvironment: Bool {
    if case .environment = self { true } else { false }
  }
}

extension RequestSource: CustomStringConvertible {
  package var description: String {
    switch self {
    case .network(let address): address ?? "-"
    case .environment(let function): function.description
    }
  }
}
