package import Core
import Storage

extension FunctionRegistry {
  /// Sets how the environments of a function are kept clean; they end, busy ones after their work, if that is new.
  ///
  /// - Parameter mode: nil leaves it to the account.
  /// - Throws: `FunctionError.notFound`.
  package func setHygiene(_ mode: HygieneMode?, of name: FunctionName, at place: AccountRegion) async throws {
    try await change(name, at: place) { [hygiene] transaction in
      // Asked of the database: the function may have been deleted since the catalog was.
      guard try self.exists(name, at: place, transaction) else { throw self.missing(name, place) }
      try hygiene.set(mode, of: name, at: place, transaction)
    }
  }

  /// Sets the mode of all functions of an account that have none of their own.
  ///
  /// - Parameter mode: nil leaves it to the platform.
  package func setHygiene(_ mode: HygieneMode?, at place: AccountRegion) async throws {
    let sequence = try await database.write { [hygiene, order] transaction in
      try hygiene.set(mode, at: place, transaction)
      return order.next()
    }
    catalog.apply(mode, at: place, sequence: sequence).forEach(hygieneChanged)
  }
}
