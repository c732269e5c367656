package import Core
package import Storage

/// Layers and their versions. Read by control operations only, so that nothing is kept in memory.
package struct LayerRegistry: Sendable {
  private let database: any Database
  private let time: any TimeSource
  private let codeStorage: CodeStorage
  let policies: ResourcePolicies
  let store = LayerStore()

  package init(
    database: any Database, time: any TimeSource, codeStorage: CodeStorage, policies: ResourcePolicies
  ) {
    self.database = database
    self.time = time
    self.codeStorage = codeStorage
    self.policies = policies
  }

  /// Makes the next version of a layer, and the layer with its first one.
  ///
  /// - Throws: `CodeStorageExceeded`.
  package func publish(
    _ name: LayerName, at place: AccountRegion, details: LayerDetails, content: LayerContent
  ) async throws -> LayerVersion {
    let now = time.wallTime()
    return try await database.write { [store, codeStorage] transaction in
      let number = try store.takeVersionNumber(of: name, at: place, transaction)
      let reference = LayerVersionReference(place: place, name: name, number: number)
      let version = LayerVersion(reference: reference, details: details, content: content, created: now)
      try store.insert(version, transaction)
      try codeStorage.check(at: place, transaction)
      return version
    }
  }

  /// - Throws: `LayerError.notFound`.
  package func version(_ reference: LayerVersionReference) async throws -> LayerVersion {
    let found = try await database.read { [store] transaction in try store.version(reference, transaction) }
    guard let found else { throw LayerError.notFound }
    return found
  }

  /// The versions of one layer below a number, newest first; none for a layer that is not there.
  package func versions(
    of name: LayerName, at place: AccountRegion, below number: Int
  ) async throws -> [LayerVersion] {
    try await database.read { [store] transaction in
      try store.versions(of: name, at: place, below: number, transaction)
    }
  }

  /// All versions of the layers whose names come after `name`, in order of names, newest first in each.
  package func allVersions(after name: String, at place: AccountRegion) async throws -> [LayerVersion] {
    try await database.read { [store] transaction in try store.allVersions(after: name, at: place, transaction) }
  }

  /// Deletes one version; to delete what is not there is no error. Functions that have it keep it.
  package func delete(_ reference: LayerVersionReference) async throws {
    let changes = try await database.write { [store, policies] transaction in
      try store.delete(reference, transaction)
      return try policies.delete([reference.arn], transaction)
    }
    try policies.apply(changes)
  }

  /// The packages that any layer version needs, of all accounts.
  package func referencedContent() async throws -> Set<ArtifactID> {
    Set(try await database.read { [store] transaction in try store.allContent(transaction) })
  }
}
