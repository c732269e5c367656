import Core

/// What an account may have running (Lambda, "Lambda quotas", "Lambda scaling behavior").
package struct AdmissionLimits: Hashable, Sendable {
  /// Invocations at once, for each account and region.
  package let concurrency: Int
  /// How long an environment without work is kept: so long a function may come back to a concurrency that it had.
  package let idleTimeout: Duration

  package init(concurrency: Int, idleTimeout: Duration) {
    self.concurrency = concurrency
    self.idleTimeout = idleTimeout
  }

  /// What reserving leaves to functions that have nothing reserved: 100, or all that a small account has.
  package var leastUnreserved: Int { min(100, concurrency) }

  /// What all functions of an account may reserve together.
  package var mostReserved: Int { concurrency - leastUnreserved }

  /// By how much the concurrency of a function may grow.
  static let growth = Rate(name: "growth", count: 1000, per: .seconds(10))

  /// How many invocations may begin where so many may run at once: ten a second for each.
  static func requests(concurrency: Int) -> Rate { Rate(name: "requests", count: 10 * concurrency, per: .seconds(1)) }
}
