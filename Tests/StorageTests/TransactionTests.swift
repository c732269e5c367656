import Testing

@testable import Storage

struct TransactionTests {
  @Test func `every kind of value comes back as it went in`() async throws {
    let directory = try TemporaryDirectory()
    let database = try SQLiteDatabase.open(path: directory.path + "/db")
    let values: [SQLValue] = [.null, .integer(.min), .real(0.1), .text("é🦊"), .blob([]), .blob([0, 1, 255])]
    let rows = try await database.read { try $0.query("SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f", values) }
    #expect(rows == [Row(columns: ["a", "b", "c", "d", "e", "f"], values: values)])
  }

  @Test func `a text with a NUL is refused because it would be cut there`() async throws {
    let directory = try TemporaryDirectory()
    let database = try SQLiteDatabase.open(path: directory.path + "/db")
    await #expect(throws: DatabaseError.failed("a text argument contains a NUL character")) {
      try await database.write { try $0.query("SELECT ?", [.text("admin\u{0}x")]) }
    }
  }

  @Test func `a column that is absent or of another type is named`() throws {
    let row = Row(["count": .integer(1), "nothing": .null])
    #expect(throws: DatabaseError.unexpectedColumn("count")) { try row.text("count") }
    #expect(throws: DatabaseError.unexpectedColumn("size")) { try row.integer("size") }
    #expect(throws: DatabaseError.unexpectedColumn("nothing")) { try row.blob("nothing") }
    #expect(try row.integer("count") == 1)
    #expect(row.isNull("nothing"))
    #expect(row.isNull("absent"))
    #expect(!row.isNull("count"))
  }

  @Test(arguments: [
    ("INSERT INTO things VALUES (1, NULL)", "UNIQUE constraint failed: things.id"),
    ("INSERT INTO things VALUES (NULL, NULL)", "NOT NULL constraint failed: things.id"),
    ("INSERT INTO things VALUES (-1, NULL)", "CHECK constraint failed: id >= 0"),
  ])
  func `a broken constraint is a conflict`(sql: String, text: String) async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    try await database.write { try insert(1, into: $0) }
    await #expect(throws: DatabaseError.conflict(text)) { try await database.write { try $0.execute(sql, []) } }
  }

  @Test func `another writer's lock is busy and passes`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let other = try SQLiteDatabase.open(path: directory.path + "/db", busyTimeout: .milliseconds(20))
    let (entered, entry) = AsyncStream.makeStream(of: Void.self)
    let (released, release) = AsyncStream.makeStream(of: Void.self)
    async let holding: Void = database.write { transaction in
      try insert(1, into: transaction)
      entry.finish()
      Blocking.wait(for: released)
    }
    for await _ in entered {}
    await #expect(throws: DatabaseError.busy) { try await other.write { try insert(2, into: $0) } }
    release.finish()
    try await holding
    try await other.write { try insert(2, into: $0) }
    #expect(try await identifiers(in: other) == [1, 2])
  }

  @Test func `a statement that is wrong is a failure that carries no argument`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    await #expect(throws: DatabaseError.failed("no such table: absent (code 1)")) {
      try await database.write { try $0.execute("INSERT INTO absent VALUES (?)", [.text("secret")]) }
    }
  }

  @Test(arguments: ["INSERT INTO things VALUES (1, NULL)", "CREATE TABLE others (id BIGINT)", "DELETE FROM things"])
  func `a read transaction refuses to write`(sql: String) async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let refusal = DatabaseError.failed("a read transaction refuses `\(sql)`")
    await #expect(throws: refusal) { _ = try await database.read { try $0.execute(sql, []) } }
    await #expect(throws: refusal) { _ = try await database.read { try $0.query(sql, []) } }
  }

  @Test func `a read sees one state while others write`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let (entered, entry) = AsyncStream.makeStream(of: Void.self)
    let (released, release) = AsyncStream.makeStream(of: Void.self)
    async let counts = database.read { transaction in
      let first = try transaction.query("SELECT id FROM things", []).count
      entry.finish()
      Blocking.wait(for: released)
      return [first, try transaction.query("SELECT id FROM things", []).count]
    }
    for await _ in entered {}
    try await database.write { try insert(1, into: $0) }
    release.finish()
    #expect(try await counts == [0, 0])
    #expect(try await identifiers(in: database) == [1])
  }

  @Test func `the number of changed rows is that of the statement`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let counts = try await database.write { transaction in
      for id in 0..<Int64(3) { try insert(id, into: transaction) }
      return [
        try transaction.execute("UPDATE things SET content = ?", [.blob([1])]),
        try transaction.execute("UPDATE things SET content = ? WHERE id > 5", [.null]),
        try transaction.execute("CREATE TABLE others (id BIGINT)", []),
        try transaction.execute("DELETE FROM things WHERE id = 1", []),
      ]
    }
    #expect(counts == [3, 0, 0, 1])
  }

  @Test func `rows that a writing statement returns are given out`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let rows = try await database.write { try $0.query("INSERT INTO things VALUES (4, NULL) RETURNING id", []) }
    #expect(rows == [Row(["id": .integer(4)])])
  }
}
