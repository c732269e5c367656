import Glibc
import Sandbox

/// Reads the cgroup's file with the peak of memory use.
enum MemoryPeak {
  /// - Returns: bytes, or nil when the file does not hold a number.
  static func read(_ file: OwnedDescriptor) -> Int? {
    var text = [UInt8](repeating: 0, count: 32)
    let count = pread(file.borrowed, &text, text.count, 0)
    guard count > 0 else { return nil }
    return Int(String(decoding: text.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
