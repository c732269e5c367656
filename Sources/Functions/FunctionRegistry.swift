package import Core
package import Storage
import SupplyChain

/// Changes functions: on disk first, then in the catalog, then whoever runs them is told.
package struct FunctionRegistry: Sendable {
  let database: any Database
  let catalog: FunctionCatalog
  private let environment: FunctionEnvironment
  let time: any TimeSource
  private let random: any RandomSource
  private let codeStorage: CodeStorage
  let store = FunctionStore()
  let hygiene = HygieneStore()
  let aliases = AliasStore()
  let tags = TagStore()
  let concurrency = ConcurrencyStore()
  let snapshots = SnapshotStore()
  package let policies: ResourcePolicies
  let order = CommitOrder()
  /// Hears of each version that was replaced or deleted, so that its environments end.
  private let retired: @Sendable (FunctionVersion) -> Void
  /// Hears of each version whose environments are to be kept clean in another way.
  let hygieneChanged: @Sendable (HygieneChange) -> Void
  /// Hears of each function after the catalog has taken a change over, so that what limits it is looked up anew.
  private let changed: @Sendable (FunctionName, AccountRegion) -> Void

  package init(
    database: any Database, catalog: FunctionCatalog, environment: FunctionEnvironment, time: any TimeSource,
    random: any RandomSource, codeStorage: CodeStorage, policies: ResourcePolicies,
    retired: @escaping @Sendable (FunctionVersion) -> Void,
    hygieneChanged: @escaping @Sendable (HygieneChange) -> Void,
    changed: @escaping @Sendable (FunctionName, AccountRegion) -> Void
  ) {
    self.database = database
    self.catalog = catalog
    self.environment = environment
    self.time = time
    self.random = random
    self.codeStorage = codeStorage
    self.policies = policies
    self.retired = retired
    self.hygieneChanged = hygieneChanged
    self.changed = changed
  }

  /// Fills the catalog from the database; once, at start.
  package func load() async throws {
    let (states, accounts) = try await database.read { [hygiene] transaction in
      (try self.allStates(transaction), try hygiene.allAccounts(transaction))
    }
    // First, because whoever hears of a function asks for its mode.
    for (place, mode) in accounts { catalog.apply(mode, at: place, sequence: 0) }
    for state in states {
      guard let first = state.versions.first else { continue }
      catalog.apply(state, of: first.name, at: first.place, sequence: 0)
      changed(first.name, first.place)
    }
  }

  /// - Throws: `FunctionError.alreadyExists`, `.tooManyTags`, `CodeStorageExceeded`.
  package func create(
    _ name: FunctionName, at place: AccountRegion, configuration: FunctionConfiguration, code: FunctionCode,
    variables: [String: String], tags: [String: String] = [:], publish: Bool
  ) async throws -> FunctionVersion {
    let latest = FunctionVersion(
      place: place, name: name, qualifier: .latest, configuration: configuration, code: code,
      sealedEnvironment: try environment.seal(variables, of: name, at: place), lastModified: time.wallTime(),
      revisionID: newRevisionID())
    let result = try await change(name, at: place) { [store, codeStorage] transaction in
      try store.insertFunction(latest, transaction)
      try codeStorage.check(at: place, transaction)
      try self.setTags(tags, of: name, at: place, transaction)
      guard publish else { return latest }
      return try self.insertPublished(latest, transaction)
    }
    return result
  }

  /// Changes `$LATEST`.
  ///
  /// - Parameters:
  ///   - revisionID: when given, the revision that the caller believes to change.
  ///   - variables: nil leaves them as they are.
  /// - Throws: `FunctionError.notFound`, `.revisionMismatch`, `.concurrentChange`, `CodeStorageExceeded`.
  package func update(
    _ name: FunctionName, at place: AccountRegion, revisionID: String?, configuration: FunctionConfiguration? = nil,
    code: FunctionCode? = nil, variables: [String: String]? = nil, publish: Bool = false
  ) async throws -> FunctionVersion {
    let current = try latest(name, at: place, revisionID: revisionID)
    let sealed = try variables.map { try environment.seal($0, of: name, at: place) }
    let next = FunctionVersion(
      place: place, name: name, qualifier: .latest, configuration: configuration ?? current.configuration,
      code: code ?? current.code, sealedEnvironment: sealed ?? current.sealedEnvironment,
      lastModified: time.wallTime(), revisionID: newRevisionID())
    let result = try await change(name, at: place) { [store, codeStorage] transaction in
      try store.replaceLatest(next, from: current.revisionID, transaction)
      if code != nil { try codeStorage.check(at: place, transaction) }
      guard publish else { return next }
      return try self.published(next, description: nil, transaction)
    }
    retired(current)
    return result
  }

  /// Publishes `$LATEST` as the next version; without a change since the last one, that one is returned.
  ///
  /// - Throws: `FunctionError.notFound`, `.revisionMismatch`, `.codeMismatch`, `CodeStorageExceeded`.
  package func publish(
    _ name: FunctionName, at place: AccountRegion, description: String?, codeDigest: String?, revisionID: String?
  ) async throws -> FunctionVersion {
    let current = try latest(name, at: place, revisionID: revisionID)
    if let codeDigest, codeDigest != current.code.digest.base64 {
      throw FunctionError.codeMismatch(expected: codeDigest, actual: current.code.digest.base64)
    }
    return try await change(name, at: place) { [store] transaction in
      let versions = try store.versions(of: name, at: place, transaction)
      guard let latest = versions.first(where: { $0.qualifier == .latest }) else { throw self.missing(name, place) }
      guard latest.revisionID == current.revisionID else {
        throw FunctionError.concurrentChange(latest.functionARN.description)
      }
      return try self.published(latest, description: description, transaction)
    }
  }

  /// Deletes a function with all its versions.
  ///
  /// - Throws: `FunctionError.notFound`.
  package func delete(_ name: FunctionName, at place: AccountRegion) async throws {
    let versions = catalog.versions(of: name, at: place)
    let changes = try await change(name, at: place) { [store, policies] transaction in
      guard try store.deleteFunction(name, at: place, transaction) else { throw self.missing(name, place) }
      return try policies.deleteAll(of: name, at: place, transaction)
    }
    try policies.apply(changes)
    versions.forEach(retired)
  }

  /// Deletes one published version; that there is none is no error.
  ///
  /// - Throws: `FunctionError.notFound` for the function, `.cannotDeleteLatest`, `.versionHasAliases`.
  package func delete(_ name: FunctionName, _ qualifier: Qualifier, at place: AccountRegion) async throws {
    guard qualifier != .latest else { throw FunctionError.cannotDeleteLatest }
    let version = catalog.version(name, qualifier, at: place)
    let changes = try await change(name, at: place) { [store, policies] transaction in
      guard try self.exists(name, at: place, transaction) else { throw self.missing(name, place) }
      try self.checkIsUnreferenced(qualifier, of: name, at: place, transaction)
      try store.deleteVersion(qualifier.number, of: name, at: place, transaction)
      try self.concurrency.set(nil, for: qualifier.description, of: name, at: place, transaction)
      return try policies.delete([FunctionVersion.arn(name, qualifier.description, at: place)], transaction)
    }
    try policies.apply(changes)
    if let version { retired(version) }
  }

  private func latest(
    _ name: FunctionName, at place: AccountRegion, revisionID: String?
  ) throws(FunctionError) -> FunctionVersion {
    guard let current = catalog.version(name, .latest, at: place) else { throw missing(name, place) }
    if let revisionID, revisionID != current.revisionID { throw .revisionMismatch }
    return current
  }

  /// The last version if `latest` has not changed since, else a new one.
  private func published(
    _ latest: FunctionVersion, description: String?, _ transaction: any Transaction
  ) throws -> FunctionVersion {
    let versions = try store.versions(of: latest.name, at: latest.place, transaction)
    let newest = versions.filter { $0.qualifier != .latest }.max { $0.qualifier.number < $1.qualifier.number }
    if let newest, newest.isPublication(of: latest) { return newest }
    return try insertPublished(description.map(latest.with(description:)) ?? latest, transaction)
  }

  private func insertPublished(
    _ content: FunctionVersion, _ transaction: any Transaction
  ) throws -> FunctionVersion {
    let number = try store.takeVersionNumber(of: content.name, at: content.place, transaction)
    let version = content.published(as: number, at: time.wallTime(), revisionID: newRevisionID())
    try store.insertVersion(version, transaction)
    try codeStorage.check(at: version.place, transaction)
    return version
  }

  /// Runs a change in one transaction and, once it is on disk, takes the function's versions over into the catalog.
  func change<Result: Sendable>(
    _ name: FunctionName, at place: AccountRegion,
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    let (result, state, sequence) = try await database.write { [order] transaction in
      let result = try body(transaction)
      return (result, try self.state(of: name, at: place, transaction), order.next())
    }
    catalog.apply(state, of: name, at: place, sequence: sequence).forEach(hygieneChanged)
    changed(name, place)
    return result
  }

  func missing(
    _ name: FunctionName, _ place: AccountRegion, _ qualifier: Qualifier? = nil
  ) -> FunctionError {
    let arn = FunctionVersion.arn(name, at: place).description
    return .notFound(qualifier.map { "\(arn):\($0)" } ?? arn)
  }

  func exists(_ name: FunctionName, at place: AccountRegion, _ transaction: any Transaction) throws -> Bool {
    try !store.versions(of: name, at: place, transaction).isEmpty
  }

  func newRevisionID() -> String { RequestID(from: random).description }
}

extension FunctionVersion {
  fileprivate func with(description: String) -> FunctionVersion {
    var configuration = configuration
    configuration.description = description
    return FunctionVersion(
      place: place, name: name, qualifier: qualifier, configuration: configuration, code: code,
      sealedEnvironment: sealedEnvironment, lastModified: lastModified, revisionID: revisionID)
  }

  /// Whether `latest` has not changed since this version was published from it. A description given with the publishing
  /// is no change: then the times tell whether `$LATEST` got another one since.
  fileprivate func isPublication(of latest: FunctionVersion) -> Bool {
    let isDescribedAlike = configuration.description == latest.configuration.description
    guard isDescribedAlike || latest.lastModified <= lastModified else { return false }
    // The sealed bytes differ at each sealing; a published version takes over those of `$LATEST` unchanged.
    return configuration == latest.with(description: configuration.description).configuration && code == latest.code
      && sealedEnvironment == latest.sealedEnvironment
  }
}
