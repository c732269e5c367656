import Glibc

/// What the host has of memory, as the kernel sees it. Bytes.
package struct HostMemory: Hashable, Sendable {
  package let total: Int
  /// Without swapping; a part of it holds files that the kernel would drop.
  package let available: Int

  /// - Parameter text: of /proc/meminfo.
  package init?(_ text: String) {
    guard let total = Self.bytes("MemTotal:", in: text), let available = Self.bytes("MemAvailable:", in: text) else {
      return nil
    }
    (self.total, self.available) = (total, available)
  }

  /// - Returns: nil when the host does not tell.
  package static func now() -> HostMemory? {
    let file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { buffer in
      // What is looked for is at the beginning.
      let count = read(file, buffer.baseAddress, buffer.count)
      return count > 0 ? HostMemory(String(decoding: buffer[..<count], as: UTF8.self)) : nil
    }
  }

  /// A twelfth of the host's memory is left, or less.
  var isShort: Bool { available < total / 12 }

  private static func bytes(_ name: String, in text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    let words = line?.split(separator: " ") ?? []
    guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
    return kibibytes << 10
  }
}
