import Glibc

/// One event of inotify(7).
struct FileEvent: Hashable, Sendable {
  /// The number of the watch that saw it; -1 when events were lost.
  let watch: Int32
  let mask: UInt32
  /// The entry of the watched directory; empty when it is about the directory itself.
  let name: String

  private static let headerSize = MemoryLayout<inotify_event>.size

  /// What one read(2) gave: headers, each with a name that zeros fill up.
  static func parse(_ bytes: [UInt8]) -> [FileEvent] {
    var events: [FileEvent] = []
    var position = 0
    while position + headerSize <= bytes.count {
      let header = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: inotify_event.self) }
      let start = position + headerSize
      let end = min(start + Int(header.len), bytes.count)
      let name = bytes[start..<end].prefix { $0 != 0 }
      events.append(FileEvent(watch: header.wd, mask: header.mask, name: String(decoding: name, as: UTF8.self)))
      position = end
    }
    return events
  }
}
