package import Core
import Storage

extension FunctionRegistry {
  /// - Throws: `FunctionError.notFound` for a function or version that is not there, `.aliasExists`, `.weightedLatest`,
  ///   `.repeatedVersion`.
  package func createAlias(
    _ alias: AliasName, of name: FunctionName, at place: AccountRegion, to version: Qualifier,
    additional: AdditionalVersion?, description: String
  ) async throws -> FunctionAlias {
    let created = FunctionAlias(
      place: place, function: name, name: alias, routing: try AliasRouting(version, additional: additional),
      description: description, revisionID: newRevisionID())
    return try await change(name, at: place) { [aliases] transaction in
      try self.checkVersions(of: created, transaction)
      try aliases.insert(created, transaction)
      return created
    }
  }

  /// - Parameter revisionID: when given, the revision that the caller believes to change.
  /// - Throws: as `createAlias`, and `FunctionError.aliasNotFound`, `.revisionMismatch`.
  package func updateAlias(
    _ alias: AliasName, of name: FunctionName, at place: AccountRegion, _ wanted: AliasChange, revisionID: String?
  ) async throws -> FunctionAlias {
    try await change(name, at: place) { [aliases] transaction in
      guard let current = try aliases.find(alias, of: name, at: place, transaction) else {
        throw FunctionError.aliasNotFound(FunctionAlias.arn(alias, of: name, at: place).description)
      }
      if let revisionID, revisionID != current.revisionID { throw FunctionError.revisionMismatch }
      let next = FunctionAlias(
        place: place, function: name, name: alias, routing: try wanted.routing(from: current.routing),
        description: wanted.description ?? current.description, revisionID: self.newRevisionID())
      try self.checkVersions(of: next, transaction)
      try self.checkProvisioning(by: next, transaction)
      try aliases.replace(next, transaction)
      return next
    }
  }

  /// Deletes an alias; that there is none is no error.
  package func deleteAlias(_ alias: AliasName, of name: FunctionName, at place: AccountRegion) async throws {
    let changes = try await change(name, at: place) { [aliases, concurrency, policies] transaction in
      try aliases.delete(alias, of: name, at: place, transaction)
      try concurrency.set(nil, for: alias.description, of: name, at: place, transaction)
      return try policies.delete([FunctionAlias.arn(alias, of: name, at: place)], transaction)
    }
    try policies.apply(changes)
  }

  /// - Throws: `FunctionError.versionHasAliases`.
  func checkIsUnreferenced(
    _ version: Qualifier, of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    let referring = try aliases.aliases(of: name, at: place, transaction).filter {
      $0.routing.versions.contains(version)
    }
    guard referring.isEmpty else {
      throw FunctionError.versionHasAliases(referring.map(\.name.description).sorted())
    }
  }

  /// Whether what is provisioned by an alias, if anything, can be for the versions that it points at.
  private func checkProvisioning(by alias: FunctionAlias, _ transaction: any Transaction) throws {
    let provisioned = try concurrency.concurrency(of: alias.function, at: alias.place, transaction).provisioned
    guard provisioned[alias.name.description] != nil else { return }
    guard alias.routing.additional == nil else { throw ConcurrencyError.weightedAlias }
    guard alias.routing.version != .latest else { throw ConcurrencyError.unpublishedVersion }
    let versions = try store.versions(of: alias.function, at: alias.place, transaction)
    guard !versions.contains(where: { $0.qualifier == alias.routing.version && $0.isSnapStarted }) else {
      throw ConcurrencyError.snapStart
    }
  }

  private func checkVersions(of alias: FunctionAlias, _ transaction: any Transaction) throws {
    let known = Set(try store.versions(of: alias.function, at: alias.place, transaction).map(\.qualifier))
    guard !known.isEmpty else { throw missing(alias.function, alias.place) }
    for version in alias.routing.versions where !known.contains(version) {
      throw missing(alias.function, alias.place, version)
    }
  }
}
