package import Core
import Storage

extension FunctionRegistry {
  /// Reserves concurrency for a function, with all its versions.
  ///
  /// - Parameter reserved: 0 lets nothing run; nil takes the reservation away.
  /// - Throws: `FunctionError.notFound`, `ConcurrencyError`.
  package func reserveConcurrency(
    _ reserved: Int?, for name: FunctionName, at place: AccountRegion, within limit: KeptConcurrencyLimit
  ) async throws {
    try await change(name, at: place) { [concurrency] transaction in
      guard try self.exists(name, at: place, transaction) else { throw self.missing(name, place) }
      if let reserved {
        let provisioned = try concurrency.concurrency(of: name, at: place, transaction).totalProvisioned
        guard reserved >= provisioned else {
          throw ConcurrencyError.lessThanProvisioned(reserved: reserved, provisioned: provisioned)
        }
        let isWithin = try self.isWithin(limit, reserved, for: name, at: place, transaction)
        guard isWithin else { throw ConcurrencyError.tooMuchReserved(leaving: limit.leastUnreserved) }
      }
      try concurrency.set(reserved, for: name, at: place, transaction)
    }
  }

  /// Has environments of a version kept initialised ahead of work.
  ///
  /// - Parameter qualifier: a version, or an alias of one version, whose environments are kept, whichever it is.
  /// - Throws: `FunctionError.notFound`, `.aliasNotFound`, `ConcurrencyError`.
  package func provision(
    _ requested: Int, for qualifier: String, of name: FunctionName, at place: AccountRegion,
    within limit: KeptConcurrencyLimit
  ) async throws -> ProvisionedConcurrency {
    let wanted = ProvisionedConcurrency(requested: requested, lastModified: time.wallTime())
    return try await change(name, at: place) { [concurrency] transaction in
      let state = try self.state(of: name, at: place, transaction)
      guard !state.versions.isEmpty else { throw self.missing(name, place) }
      try self.checkTarget(qualifier, of: name, at: place, state)
      let others = state.concurrency.totalProvisioned - (state.concurrency.provisioned[qualifier]?.requested ?? 0)
      if let reserved = state.concurrency.reserved {
        guard others + requested <= reserved else { throw ConcurrencyError.moreThanReserved }
      } else {
        let isWithin = try self.isWithin(limit, others + requested, for: name, at: place, transaction)
        guard isWithin else { throw ConcurrencyError.tooMuchProvisioned(leaving: limit.leastUnreserved) }
      }
      try concurrency.set(wanted, for: qualifier, of: name, at: place, transaction)
      return wanted
    }
  }

  /// Takes back what was provisioned; that nothing was is no error.
  package func unprovision(_ qualifier: String, of name: FunctionName, at place: AccountRegion) async throws {
    try await change(name, at: place) { [concurrency] transaction in
      try concurrency.set(nil, for: qualifier, of: name, at: place, transaction)
    }
  }

  /// Whether so much may be kept for a function beside what is for the others.
  private func isWithin(
    _ limit: KeptConcurrencyLimit, _ kept: Int, for name: FunctionName, at place: AccountRegion,
    _ transaction: any Transaction
  ) throws -> Bool {
    guard kept > 0 else { return true }
    return try kept <= limit.most - concurrency.kept(besides: name, at: place, transaction)
  }

  /// Whether the qualifier is one version, for which nothing is provisioned by another qualifier.
  private func checkTarget(
    _ qualifier: String, of name: FunctionName, at place: AccountRegion, _ state: FunctionState
  ) throws {
    let alias = state.aliases.first { $0.name.description == qualifier }
    if AliasName(qualifier) != nil, alias == nil {
      throw FunctionError.aliasNotFound("\(FunctionVersion.arn(name, at: place)):\(qualifier)")
    }
    guard alias?.routing.additional == nil else { throw ConcurrencyError.weightedAlias }
    guard let version = alias?.routing.version ?? Qualifier(qualifier),
      state.versions.contains(where: { $0.qualifier == version })
    else { throw FunctionError.notFound("\(FunctionVersion.arn(name, at: place)):\(qualifier)") }
    guard version != .latest else { throw ConcurrencyError.unpublishedVersion }
    let isSnapStarted = state.versions.contains { $0.qualifier == version && $0.isSnapStarted }
    guard !isSnapStarted else { throw ConcurrencyError.snapStart }
    let isIsolated = state.versions.contains { $0.configuration.tenancy != nil }
    guard !isIsolated else { throw ConcurrencyError.tenantIsolation }
    let provisioned = state.concurrency.provisioned
    let aliases = state.aliases.filter {
      $0.name.description != qualifier && $0.routing.version == version && provisioned[$0.name.description] != nil
    }
    guard alias == nil || (provisioned[version.description] == nil && aliases.isEmpty) else {
      throw ConcurrencyError.versionIsProvisioned
    }
    guard aliases.isEmpty else { throw ConcurrencyError.aliasIsProvisioned }
  }
}
