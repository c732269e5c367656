internal import GRDB

extension SQLiteDatabase {
  static func configuration(_ busyTimeout: Duration) -> Configuration {
    var configuration = Configuration()
    configuration.label = "redoubt"
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(busyTimeout / .seconds(1))
    configuration.prepareDatabase { connection in
      // Deleted content is overwritten, and sorting leaves no copy of it in a temporary file.
      try connection.execute(sql: "PRAGMA secure_delete = ON")
      try connection.execute(sql: "PRAGMA temp_store = MEMORY")
    }
    return configuration
  }

  /// Makes every commit wait for the disk, and reads back that it will.
  ///
  /// For the writer after the pool is open: while opening, the pool sets `synchronous` to NORMAL, under which a power
  /// cut loses the last commits.
  static func makeDurable(_ writer: GRDB.Database) throws {
    try writer.execute(sql: "PRAGMA synchronous = FULL")
    let transaction = SQLiteTransaction(connection: writer, access: .write)
    for (setting, wanted) in requirements {
      let found = try transaction.query("PRAGMA \(setting)", [])
      guard found == [Row([setting: wanted])] else {
        throw DatabaseError.failed("\(setting) is \(found) instead of \(wanted)")
      }
    }
  }

  /// What the writer must answer before anything is entrusted to it; 2 is FULL for `synchronous`, MEMORY for the store.
  private static let requirements: [(setting: String, wanted: SQLValue)] = [
    ("synchronous", .integer(2)), ("journal_mode", .text("wal")), ("foreign_keys", .integer(1)),
    ("secure_delete", .integer(1)), ("temp_store", .integer(2)),
  ]
}
