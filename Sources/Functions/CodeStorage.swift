package import Core
package import Storage

/// The code that an account has in one region: the packages of all versions of its functions and layers, each counted as
/// often as it is there, and how much that may be (Lambda, "Lambda quotas").
package struct CodeStorage: Sendable {
  /// Bytes of zips.
  package let limit: Int
  private let database: any Database
  private let functions = FunctionStore()
  private let layers = LayerStore()

  package init(limit: Int, database: any Database) {
    self.limit = limit
    self.database = database
  }

  /// Bytes of zips.
  package func used(at place: AccountRegion) async throws -> Int {
    try await database.read { transaction in try used(at: place, transaction) }
  }

  /// Asks before anything is stored, so that what will be refused does not fill the disk meanwhile.
  ///
  /// - Parameter bytes: what would be added; negative when less would be there.
  /// - Throws: `CodeStorageExceeded`.
  package func checkRoom(for bytes: Int, at place: AccountRegion) async throws {
    guard bytes > 0 else { return }
    guard try await used(at: place) + bytes <= limit else { throw CodeStorageExceeded() }
  }

  /// Decides once a transaction has added what it wants to.
  ///
  /// - Throws: `CodeStorageExceeded`.
  func check(at place: AccountRegion, _ transaction: any Transaction) throws {
    guard try used(at: place, transaction) <= limit else { throw CodeStorageExceeded() }
  }

  private func used(at place: AccountRegion, _ transaction: any Transaction) throws -> Int {
    try functions.codeSize(at: place, transaction) + layers.codeSize(at: place, transaction)
  }
}

/// An account would have more code than it may.
package struct CodeStorageExceeded: Error, Hashable, Sendable {}
