import Storage
import Testing

struct MigrationTests {
  static let first = Migration(name: "a-1", statements: ["CREATE TABLE a (id BIGINT)", "CREATE TABLE b (id BIGINT)"])
  static let second = Migration(name: "a-2", statements: ["ALTER TABLE a ADD COLUMN name TEXT"])

  @Test func `migrations run once and in order`() async throws {
    let directory = try TemporaryDirectory()
    let database = try SQLiteDatabase.open(path: directory.path + "/db")
    try await database.migrate([Self.first])
    try await database.migrate([Self.first, Self.second])
    try await database.migrate([Self.first, Self.second])
    try await database.write { try $0.execute("INSERT INTO a (id, name) VALUES (1, 'x')", []) }
    let rows = try await database.read { try $0.query("SELECT name FROM schema_migrations ORDER BY position", []) }
    #expect(try rows.map { try $0.text("name") } == ["a-1", "a-2"])
  }

  @Test func `a migration that changed after shipping is refused`() async throws {
    let edited = Migration(name: "a-1", statements: ["CREATE TABLE a (id TEXT)"])
    await expect(.changed("a-1"), from: [edited], after: [Self.first])
  }

  @Test func `a database that is newer than the program is refused`() async throws {
    await expect(.databaseIsNewer(unknown: "a-2"), from: [Self.first], after: [Self.first, Self.second])
    await expect(.databaseIsNewer(unknown: "a-1"), from: [], after: [Self.first])
  }

  @Test func `migrations in another order are refused`() async throws {
    let other = Migration(name: "b-1", statements: ["CREATE TABLE c (id BIGINT)"])
    await expect(.reordered(expected: "b-1", found: "a-1"), from: [other, Self.first], after: [Self.first])
  }

  @Test func `two migrations of one name are refused`() async throws {
    await expect(.repeated("a-1"), from: [Self.first, Self.first], after: [])
  }

  @Test func `when a statement fails no migration of the run is kept`() async throws {
    let broken = Migration(name: "a-2", statements: ["CREATE TABLE c (id BIGINT)", "CREATE TABLE c (id BIGINT)"])
    let directory = try TemporaryDirectory()
    let database = try SQLiteDatabase.open(path: directory.path + "/db")
    await #expect(throws: MigrationError.failed(.failed("table c already exists (code 1)"))) {
      try await database.migrate([Self.first, broken])
    }
    let tables = try await database.read { try $0.query("SELECT name FROM sqlite_master WHERE type = 'table'", []) }
    #expect(tables.isEmpty)
  }

  private func expect(_ error: MigrationError, from later: [Migration], after shipped: [Migration]) async {
    await #expect(throws: error) {
      let directory = try TemporaryDirectory()
      let database = try SQLiteDatabase.open(path: directory.path + "/db")
      try await database.migrate(shipped)
      try await database.migrate(later)
    }
  }
}
