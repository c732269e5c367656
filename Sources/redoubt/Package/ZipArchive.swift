/// Writes zip archives (APPNOTE.TXT 6.3): entries in order of their names, with one fixed time, so that equal trees give
/// equal bytes. Only writes; no zip64.
enum ZipArchive {
  struct Entry: Hashable, Sendable {
    /// Relative, with `/` between parts.
    let name: String
    let bytes: [UInt8]
    let isExecutable: Bool
  }

  static func archive(_ entries: [Entry]) throws(CommandFailure) -> [UInt8] {
    let entries = entries.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
    let size = entries.reduce(0) { $0 + $1.bytes.count + 2 * $1.name.utf8.count + 76 } + 22
    guard entries.count < 0xFFFF, size < 0xFFFF_FFFF else {
      throw CommandFailure(
        .usage, "\(entries.count) files of \(size) bytes are too much for one package: leave out what is not needed")
    }
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (entry, content) in zip(entries, ZipContent.all(of: entries.map(\.bytes))) {
      let common = commonFields(entry.name, content)
      directory += centralHeader(entry, common, offset: archive.count)
      archive += little(0x0403_4B50, 4) + common + entry.name.utf8 + content.bytes
    }
    return archive + directory + end(count: entries.count, directory: directory.count, offset: archive.count)
  }

  /// The fields that the local and the central header share, from the version to the length of the extra field.
  private static func commonFields(_ name: String, _ content: ZipContent) -> [UInt8] {
    let names = little(name.utf8.count, 2) + little(0, 2)
    let sizes = little(content.bytes.count, 4) + little(content.size, 4)
    let check = little(Int(content.checksum), 4)
    // Version 2.0, names in UTF-8 (bit 11).
    let reading = little(20, 2) + little(0x0800, 2) + little(content.method.rawValue, 2)
    // 1980-01-01 00:00: the earliest time that the format knows.
    let time = little(0, 2) + little(0x21, 2)
    return reading + time + check + sizes + names
  }

  private static func centralHeader(_ entry: Entry, _ common: [UInt8], offset: Int) -> [UInt8] {
    let mode = entry.isExecutable ? 0o100755 : 0o100644
    // Made on Unix: the upper half of the external attributes is the mode.
    let madeBy = little(3 << 8 | 20, 2)
    let rest = little(0, 2) + little(0, 2) + little(0, 2) + little(mode << 16, 4) + little(offset, 4)
    return little(0x0201_4B50, 4) + madeBy + common + rest + entry.name.utf8
  }

  private static func end(count: Int, directory: Int, offset: Int) -> [UInt8] {
    let counts = little(0, 2) + little(0, 2) + little(count, 2) + little(count, 2)
    return little(0x0605_4B50, 4) + counts + little(directory, 4) + little(offset, 4) + little(0, 2)
  }

  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
