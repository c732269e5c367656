import Storage
import Synchronization

/// A database whose disk is full while it is told so.
final class FailingDatabase: Database {
  private let database: SQLiteDatabase
  private let isFull = Mutex(false)

  init(_ database: SQLiteDatabase) { self.database = database }

  func setFull(_ value: Bool) { isFull.withLock { $0 = value } }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    try await database.read(body)
  }

  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    if isFull.withLock({ $0 }) { throw DatabaseError.failed("disk full") }
    return try await database.write(body)
  }
}
