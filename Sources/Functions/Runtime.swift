/// What runs a function's code: a managed interpreter, or the package's own `bootstrap`.
package struct Runtime: Hashable, Sendable {
  /// AWS's identifier, for example `python3.11`.
  package let identifier: String
  /// The place in the spawner's table of runtimes.
  package let index: Int

  package init(identifier: String, index: Int) {
    self.identifier = identifier
    self.index = index
  }

  package enum Family: Hashable, Sendable {
    case python
    case node
    /// `provided`: the package, or a layer of it, brings an executable named `bootstrap`.
    case custom
  }

  package var family: Family {
    if identifier.hasPrefix("python") { return .python }
    return identifier.hasPrefix("nodejs") ? .node : .custom
  }
}

/// The runtimes that this host offers, in the order of the spawner's table.
package struct RuntimeCatalog: Sendable {
  package let runtimes: [Runtime]

  /// - Parameter identifiers: in the order of the spawner's table.
  package init(identifiers: [String]) {
    runtimes = identifiers.enumerated().map { Runtime(identifier: $1, index: $0) }
  }

  package func runtime(_ identifier: String) -> Runtime? { runtimes.first { $0.identifier == identifier } }
}
