package import Functions

/// What there is of the environments that are to be initialised ahead of work.
package struct InitialisedEnvironments: Hashable, Sendable {
  /// Why the last one that was started did not become one of them.
  package enum Failure: String, Sendable {
    /// The function's init phase failed or took too long.
    case initialization = "FUNCTION_ERROR_INIT_FAILURE"
  }

  /// Those that have been through their init phase, at work or not.
  package let count: Int
  /// Those that could take work now.
  package let available: Int
  package let failure: Failure?

  package static let none = InitialisedEnvironments(count: 0, available: 0, failure: nil)
}

/// Environments that are to be initialised ahead of work.
package struct WantedEnvironments: Sendable {
  package enum Purpose: Hashable, Sendable {
    /// So many, for good.
    case provisionedConcurrency(Int)
    /// As many as work needs, each until it is taken.
    ///
    /// `isFirst`: whether none has been through its init phase yet.
    case snapStart(isFirst: Bool)
  }

  package let version: FunctionVersion
  package let hygiene: HygieneMode
  package let purpose: Purpose

  package init(version: FunctionVersion, hygiene: HygieneMode, purpose: Purpose) {
    self.version = version
    self.hygiene = hygiene
    self.purpose = purpose
  }
}
