internal import GRDB

/// The embedded engine: one file in write-ahead mode, one writer with group commit, several readers.
///
/// Every commit is synced (`synchronous = FULL`), so what `write` returned survives a power cut. Work runs on the
/// engine's own queues; no thread of the cooperative pool waits for the disk.
package final class SQLiteDatabase: Database {
  private let pool: DatabasePool
  private let group = GroupCommit()
  private let closing = BlockingExecutor(label: "redoubt.database.close")

  private init(pool: DatabasePool) { self.pool = pool }

  /// Opens or creates the database. Blocks: for the start of a program.
  ///
  /// - Parameter path: must not be a symbolic link; the file is made private (0600).
  /// - Parameter busyTimeout: how long another process may hold the writer's lock before `DatabaseError.busy`.
  package static func open(
    path: String, busyTimeout: Duration = .seconds(5)
  ) throws(DatabaseError) -> SQLiteDatabase {
    try DatabaseFile(path: path).prepare()
    return try mappingErrors {
      let pool = try DatabasePool(path: path, configuration: configuration(busyTimeout))
      try pool.writeWithoutTransaction(makeDurable)
      return SQLiteDatabase(pool: pool)
    }
  }

  /// The number of times that the disk was waited for; at most the number of transactions written.
  package var commitCount: Int { group.commitCount }

  /// Runs `body` on a snapshot. A statement that would write is refused as `DatabaseError.failed`.
  ///
  /// - Throws: what `body` throws, a `DatabaseError`, or `CancellationError` when the task is cancelled.
  package func read<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    do {
      return try await pool.read { try body(SQLiteTransaction(connection: $0, access: .read)) }
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error)
    }
  }

  /// Queues `body`, which then runs to its end also when the calling task is cancelled.
  ///
  /// The disk is waited for once per group, so a constraint that is `DEFERRABLE` would fail neighbours: use none.
  ///
  /// - Throws: what `body` throws, or a `DatabaseError`. Either way nothing of `body` was kept.
  @discardableResult
  package func write<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      guard group.enqueue(QueuedWrite(body, continuation: continuation)) else { return }
      pool.asyncWriteWithoutTransaction { [group] connection in group.drain(on: connection) }
    }
  }

  /// Waits for the writes under way, moves the journal into the database and lets go of the file.
  ///
  /// What is asked for later fails with `DatabaseError.failed`.
  package func close() async throws(DatabaseError) {
    let pool = pool
    try await closing.run { () throws(DatabaseError) in try mappingErrors(pool.close) }
  }
}
