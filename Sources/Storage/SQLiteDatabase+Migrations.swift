extension SQLiteDatabase {
  /// Brings the schema to the state that `migrations` describe: all that are missing, or none.
  ///
  /// - Parameter migrations: every migration that ever shipped, in the order of shipping; new ones at the end.
  package func migrate(_ migrations: [Migration]) async throws(MigrationError) {
    do {
      try await write { transaction in
        try Self.createHistory(in: transaction)
        let history = try Self.history(in: transaction)
        for (offset, migration) in try history.pending(of: migrations).enumerated() {
          try Self.apply(migration, at: history.applied.count + offset, in: transaction)
        }
      }
    } catch let error as MigrationError {
      throw error
    } catch {
      throw .failed(DatabaseError(error))
    }
  }

  private static func createHistory(in transaction: any Transaction) throws(DatabaseError) {
    try transaction.execute(
      """
      CREATE TABLE IF NOT EXISTS schema_migrations (
        position BIGINT NOT NULL PRIMARY KEY CHECK (position >= 0),
        name TEXT NOT NULL UNIQUE,
        statements TEXT NOT NULL)
      """, [])
  }

  private static func history(in transaction: any Transaction) throws(DatabaseError) -> SchemaHistory {
    var applied: [SchemaHistory.Entry] = []
    for row in try transaction.query("SELECT name, statements FROM schema_migrations ORDER BY position", []) {
      applied.append(SchemaHistory.Entry(name: try row.text("name"), statements: try row.text("statements")))
    }
    return SchemaHistory(applied: applied)
  }

  private static func apply(
    _ migration: Migration, at position: Int, in transaction: any Transaction
  ) throws(DatabaseError) {
    for statement in migration.statements { try transaction.execute(statement, []) }
    let entry = SchemaHistory.entry(migration)
    try transaction.execute(
      "INSERT INTO schema_migrations (position, name, statements) VALUES (?, ?, ?)",
      [.integer(Int64(position)), .text(entry.name), .text(entry.statements)])
  }
}
