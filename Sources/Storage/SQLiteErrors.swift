internal import GRDB

extension DatabaseError {
  /// The engine's error as one of ours; an error of ours stays what it is.
  init(_ error: any Error) {
    switch error {
    case let known as DatabaseError: self = known
    case let refused as GRDB.DatabaseError: self.init(engine: refused)
    default: self = .failed(String(describing: error))
    }
  }

  private init(engine error: GRDB.DatabaseError) {
    switch error.resultCode {
    case .SQLITE_CONSTRAINT: self = .conflict(error.message ?? "constraint")
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
    // Arguments are left out: they may be what the caller encrypts or hides.
    default: self = .failed("\(error.message ?? "sqlite") (code \(error.extendedResultCode.rawValue))")
    }
  }
}

/// Runs `body`; whatever it throws becomes a `DatabaseError`.
func mappingErrors<Result>(_ body: () throws -> Result) throws(DatabaseError) -> Result {
  do { return try body() } catch { throw DatabaseError(error) }
}
