import Storage
import Testing

struct GroupCommitTests {
  @Test func `transactions that arrive together share commits`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let before = database.commitCount
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for id in 0..<Int64(1000) { tasks.addTask { try await database.write { try insert(id, into: $0) } } }
      try await tasks.waitForAll()
    }
    #expect(try await identifiers(in: database) == Array(0..<1000))
    #expect(database.commitCount - before < 500)
  }

  @Test func `transactions that follow one another each wait for a commit of their own`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let before = database.commitCount
    for id in 0..<Int64(5) { try await database.write { try insert(id, into: $0) } }
    #expect(database.commitCount - before == 5)
  }

  @Test func `a transaction that fails leaves its neighbours`() async throws {
    struct Refusal: Error, Equatable { let id: Int64 }
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let refused = await withTaskGroup(of: Int64?.self) { tasks in
      for id in 0..<Int64(300) {
        tasks.addTask {
          do {
            try await database.write { transaction in
              try insert(id, into: transaction)
              if id.isMultiple(of: 3) { throw Refusal(id: id) }
            }
            return nil
          } catch {
            return (error as? Refusal)?.id
          }
        }
      }
      return await tasks.reduce(into: Set<Int64>()) { if let id = $1 { $0.insert(id) } }
    }
    #expect(refused == Set((0..<300).filter { $0.isMultiple(of: 3) }))
    #expect(try await identifiers(in: database) == (0..<300).filter { !$0.isMultiple(of: 3) })
  }

  @Test func `a failed commit is told to every transaction of the group`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    try await database.write { transaction in
      try transaction.execute(
        "CREATE TABLE parts (thing BIGINT REFERENCES things(id) DEFERRABLE INITIALLY DEFERRED)", [])
    }
    // The orphan is found at the commit only; the body itself succeeds.
    await #expect(throws: DatabaseError.conflict("FOREIGN KEY constraint failed")) {
      try await database.write { try $0.execute("INSERT INTO parts VALUES (7)", []) }
    }
    try await database.write { try insert(1, into: $0) }
    #expect(try await identifiers(in: database) == [1])
    #expect(try await database.read { try $0.query("SELECT * FROM parts", []) }.isEmpty)
  }

  @Test func `a body that ends the transaction itself fails and keeps nothing`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    await #expect(throws: DatabaseError.failed("the transaction ended before its commit")) {
      try await database.write { transaction in
        try insert(1, into: transaction)
        try transaction.execute("ROLLBACK", [])
      }
    }
    try await database.write { try insert(2, into: $0) }
    #expect(try await identifiers(in: database) == [2])
  }

  @Test func `a cancelled task's transaction is still answered`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await database.write { try insert(1, into: $0) }
    }
    try await task.value
    #expect(try await identifiers(in: database) == [1])
  }
}
