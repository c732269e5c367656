import Glibc
import Sandbox

/// Reads a file of a control group that holds one number.
enum NumberFile {
  /// - Returns: nil when the file cannot be read or holds something else.
  static func read(_ file: OwnedDescriptor) -> Int? {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
      let count = pread(file.borrowed, buffer.baseAddress, buffer.count, 0)
      guard count > 0 else { return nil }
      return Int(String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
  }
}
