/// Why a change of a function's concurrency was not carried out.
package enum ConcurrencyError: Error, Hashable, Sendable {
  /// Less than this would be left to functions for which nothing is kept.
  case tooMuchReserved(leaving: Int)
  case tooMuchProvisioned(leaving: Int)
  /// What is to be reserved is less than what is provisioned already.
  case lessThanProvisioned(reserved: Int, provisioned: Int)
  /// More would be provisioned than is reserved for the function.
  case moreThanReserved
  /// Nothing can be provisioned for an alias of two versions.
  case weightedAlias
  /// Nothing can be provisioned for `$LATEST`.
  case unpublishedVersion
  /// Nothing can be provisioned for a function that keeps tenants apart: whose would it be?
  case tenantIsolation
  /// Nothing can be provisioned for a version that is snap-started.
  case snapStart
  /// The alias points at a version for which something is provisioned already.
  case versionIsProvisioned
  /// An alias by which something is provisioned points at the version.
  case aliasIsProvisioned
}

/// What may be kept for single functions of an account.
package struct KeptConcurrencyLimit: Hashable, Sendable {
  /// For all of them together.
  package let most: Int
  /// What that leaves to the others.
  package let leastUnreserved: Int

  package init(most: Int, leastUnreserved: Int) {
    self.most = most
    self.leastUnreserved = leastUnreserved
  }
}
