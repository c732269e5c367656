package import Core

/// What is set of a function's concurrency.
package struct FunctionConcurrency: Hashable, Sendable {
  /// For all its versions together; nil: nothing is reserved.
  package let reserved: Int?
  /// By the qualifier that it was asked for, a version number or an alias.
  package let provisioned: [String: ProvisionedConcurrency]

  package init(reserved: Int?, provisioned: [String: ProvisionedConcurrency] = [:]) {
    self.reserved = reserved
    self.provisioned = provisioned
  }

  var totalProvisioned: Int { provisioned.values.reduce(0) { $0 + $1.requested } }
}

/// Environments to be kept initialised ahead of work.
package struct ProvisionedConcurrency: Hashable, Sendable {
  /// 1 or more.
  package let requested: Int
  package let lastModified: WallTime

  package init(requested: Int, lastModified: WallTime) {
    self.requested = requested
    self.lastModified = lastModified
  }
}

/// What is provisioned by one configuration, and the version that it stands for.
package struct ProvisionedVersion: Sendable {
  /// As in the configuration: a version number or an alias.
  package let qualifier: String
  package let version: FunctionVersion
  package let concurrency: ProvisionedConcurrency
}
