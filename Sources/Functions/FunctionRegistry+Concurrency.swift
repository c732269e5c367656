package import Core
import Storage

extension FunctionRegistry {
  /// Reserves concurrency for a function, with all its versions.
  ///
  /// - Parameters:
  ///   - reserved: 0 lets nothing run; nil takes the reservation away.
  ///   - most: what all functions of the account may have reserved together.
  /// - Throws: `FunctionError.notFound`, `.tooMuchReserved`.
  package func reserveConcurrency(
    _ reserved: Int?, for name: FunctionName, at place: AccountRegion, most: Int
  ) async throws {
    try await change(name, at: place) { [concurrency] transaction in
      guard try self.exists(name, at: place, transaction) else { throw self.missing(name, place) }
      if let reserved, reserved > 0 {
        let others = try concurrency.reserved(besides: name, at: place, transaction)
        guard reserved <= most - others else { throw FunctionError.tooMuchReserved }
      }
      try concurrency.set(reserved, for: name, at: place, transaction)
    }
  }
}
