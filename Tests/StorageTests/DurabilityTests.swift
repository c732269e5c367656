import Foundation
import Storage
import Testing

struct DurabilityTests {
  @Test(arguments: [
    ("synchronous", SQLValue.integer(2)), ("journal_mode", .text("wal")), ("foreign_keys", .integer(1)),
    ("secure_delete", .integer(1)), ("temp_store", .integer(2)),
  ])
  func `the writer waits for the disk at every commit and leaves no traces`(setting: String, wanted: SQLValue)
    async throws
  {
    let directory = try TemporaryDirectory()
    let database = try SQLiteDatabase.open(path: directory.path + "/db")
    // Inside a transaction, on the very connection that commits.
    let found = try await database.write { try $0.query("PRAGMA \(setting)", []) }
    #expect(found == [Row([setting: wanted])])
  }

  @Test func `what was written is there after closing and opening again`() async throws {
    let directory = try TemporaryDirectory()
    let first = try await opened(directory.path + "/db")
    try await first.write { try $0.execute("INSERT INTO things VALUES (?, ?)", [.integer(1), .blob([0, 255])]) }
    try await first.close()
    #expect(!FileManager.default.fileExists(atPath: directory.path + "/db-wal"))
    let second = try SQLiteDatabase.open(path: directory.path + "/db")
    let rows = try await second.read { try $0.query("SELECT * FROM things", []) }
    #expect(try rows.map { try $0.blob("content") } == [[0, 255]])
  }

  @Test func `a closed database answers with an error`() async throws {
    let directory = try TemporaryDirectory()
    let database = try await opened(directory.path + "/db")
    try await database.close()
    await #expect(throws: DatabaseError.self) { try await database.write { try $0.execute("DELETE FROM things", []) } }
    await #expect(throws: DatabaseError.self) { _ = try await database.read { try $0.query("SELECT 1", []) } }
  }

  @Test(arguments: [UInt32(0), 0o022, 0o777])
  func `nobody else can read the files whatever the umask is`(mask: UInt32) async throws {
    let directory = try TemporaryDirectory()
    // In a process of its own: the umask is everybody's.
    await #expect(processExitsWith: .success) { [path = directory.path as String, mask = mask as UInt32] in
      umask(mask)
      let database = try SQLiteDatabase.open(path: path + "/db")
      for name in ["/db", "/db-wal", "/db-shm"] {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
        #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
      }
      try await database.close()
    }
  }

  @Test func `an existing file that others could read is made private`() throws {
    let directory = try TemporaryDirectory()
    let isMade = FileManager.default.createFile(
      atPath: directory.path + "/db", contents: nil, attributes: [.posixPermissions: 0o644])
    #expect(isMade)
    _ = try SQLiteDatabase.open(path: directory.path + "/db")
    let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/db")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test(arguments: ["/db", "/db-wal", "/db-shm"])
  func `a symbolic link in the place of a file is refused`(name: String) throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createSymbolicLink(
      atPath: directory.path + name, withDestinationPath: directory.path + "/elsewhere")
    #expect(throws: DatabaseError.failed("not a plain file: `\(directory.path)\(name)`")) {
      try SQLiteDatabase.open(path: directory.path + "/db")
    }
  }

  @Test func `a path that cannot be opened is an error that names it`() throws {
    #expect(throws: DatabaseError.failed("open `/nowhere/db`: No such file or directory")) {
      try SQLiteDatabase.open(path: "/nowhere/db")
    }
  }
}
