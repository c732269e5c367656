import FoundationEssentials
import Glibc
import Testing

@testable import redoubt

/// Runs `body` with a new directory that is removed afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/redoubt-tests-XXXXXX".utf8CString)
  let path = try #require(mkdtemp(&template).map { String(cString: $0) })
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}

func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
  let number = try SystemError.check(open(path, O_WRONLY | O_CREAT | O_TRUNC, mode), path)
  try Descriptor(owning: number).writeAll(Array(text.utf8))
}
