import Glibc
import Testing

@testable import redoubt

@Suite struct TreeWatchTests {
  private func move(_ file: String, to other: String) throws { try SystemError.check(rename(file, other), "rename") }

  private func makeDirectory(_ path: String) throws { try SystemError.check(mkdir(path, 0o755), "mkdir") }

  /// Whether a change is noticed within half a second.
  private func notices(_ paths: [String], _ change: () throws -> Void) throws -> Bool {
    let watch = try TreeWatch()
    for path in paths { try watch.add(path) }
    try change()
    return try watch.wait(atMost: 500)
  }

  @Test func `writing making renaming and removing are changes`() throws {
    try withTemporaryDirectory { directory in
      #expect(mkdir(directory + "/sub", 0o755) == 0)
      try write("1", to: directory + "/sub/app.py")
      let noticed = { (change: () throws -> Void) throws in try self.notices([directory], change) }
      #expect(try noticed { try write("2", to: directory + "/sub/app.py") })
      #expect(try noticed { try write("3", to: directory + "/sub/other.py") })
      #expect(try noticed { try move(directory + "/sub/other.py", to: directory + "/sub/app.py") })
      #expect(try noticed { try SystemError.check(chmod(directory + "/sub/app.py", 0o755), "chmod") })
      #expect(try noticed { try makeDirectory(directory + "/more") })
      #expect(try noticed { try SystemError.check(unlink(directory + "/sub/app.py"), "unlink") })
    }
  }

  @Test func `reading and what belongs into no package are no changes`() throws {
    try withTemporaryDirectory { directory in
      try write("1", to: directory + "/app.py")
      #expect(try !notices([directory]) { _ = try HostFile.bytes(directory + "/app.py") })
      #expect(try !notices([directory]) { try write("1", to: directory + "/.app.py.swp") })
      #expect(try !notices([directory]) { try makeDirectory(directory + "/__pycache__") })
    }
  }

  @Test func `of a single file only its own changes count and it may be replaced`() throws {
    try withTemporaryDirectory { directory in
      let file = directory + "/redoubt.yaml"
      try write("1", to: file)
      #expect(try !notices([file]) { try write("1", to: directory + "/new") })
      #expect(try notices([file]) { try move(directory + "/new", to: file) })
      #expect(try notices([file, directory]) { try write("1", to: directory + "/other") })
      #expect(try notices([directory, file]) { try write("2", to: directory + "/other") })
    }
  }

  @Test func `what is not there yet is noticed when it comes`() throws {
    try withTemporaryDirectory { directory in
      let comes = try notices([directory + "/a/b"]) { try makeDirectory(directory + "/a") }
      let isAnother = try notices([directory + "/c/d"]) { try makeDirectory(directory + "/e") }
      #expect(comes && !isAnother)
    }
  }

  @Test func `events are read with their names and without the zeros behind them`() {
    let header = { (watch: Int32, mask: UInt32, length: UInt32) -> [UInt8] in
      let words = [UInt32(bitPattern: watch), mask, 0, length]
      return words.withUnsafeBytes { Array($0) }
    }
    let bytes = header(1, 8, 16) + Array("app.py".utf8) + [UInt8](repeating: 0, count: 10) + header(-1, 0x4000, 0)
    #expect(
      FileEvent.parse(bytes) == [
        FileEvent(watch: 1, mask: 8, name: "app.py"), FileEvent(watch: -1, mask: 0x4000, name: ""),
      ])
    #expect(FileEvent.parse(Array(bytes.prefix(12))).isEmpty)
  }
}
