import Foundation
import Storage
import Testing

struct CrashTests {
  @Test func `what was answered before the process was killed is there afterwards`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      try await writeUntilKilled(path)
    }
    let acknowledged = try acknowledged(path)
    #expect(acknowledged.count >= 200)
    let database = try await opened(path + "/db")
    #expect(Set(try await identifiers(in: database)).isSuperset(of: acknowledged))
    let check = try await database.read { try $0.query("PRAGMA integrity_check", []) }
    #expect(check == [Row(["integrity_check": .text("ok")])])
  }

  @Test func `a new database can be opened by the process that follows a killed one`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let database = try await opened(path + "/db")
      try await database.write { transaction in
        try insert(1, into: transaction)
        kill(getpid(), SIGKILL)
      }
    }
    let database = try await opened(path + "/db")
    #expect(try await identifiers(in: database).isEmpty)
  }
}

/// Notes each answered id in a file, and dies from the 200th answer on in the middle of others' transactions.
private func writeUntilKilled(_ path: String) async throws {
  let database = try await opened(path + "/db")
  let notes = open(path + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    for lane in 0..<Int64(8) {
      tasks.addTask {
        for turn in 0..<Int64(1000) {
          let id = turn * 8 + lane
          try await database.write { try insert(id, into: $0) }
          let line = Array("\(id)\n".utf8)
          guard write(notes, line, line.count) == line.count else { return }
          if id >= 220 { kill(getpid(), SIGKILL) }
        }
      }
    }
    try await tasks.waitForAll()
  }
}

private func acknowledged(_ path: String) throws -> Set<Int64> {
  Set(
    try String(contentsOfFile: path + "/acknowledged", encoding: .utf8).split(separator: "\n").compactMap { Int64($0) })
}
