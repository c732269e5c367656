import Storage

/// A database with the one table `things(id, content)`.
func opened(_ path: String) async throws -> SQLiteDatabase {
  let database = try SQLiteDatabase.open(path: path, busyTimeout: .milliseconds(20))
  try await database.migrate([
    Migration(
      name: "things-1",
      statements: ["CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY CHECK (id >= 0), content BLOB)"])
  ])
  return database
}

func insert(_ id: Int64, into transaction: any Transaction) throws(DatabaseError) {
  try transaction.execute("INSERT INTO things VALUES (?, ?)", [.integer(id), .null])
}

func identifiers(in database: SQLiteDatabase) async throws -> [Int64] {
  try await database.read { try $0.query("SELECT id FROM things ORDER BY id", []).map { try $0.integer("id") } }
}
