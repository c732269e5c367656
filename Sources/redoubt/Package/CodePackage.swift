/// A function's code, ready to upload.
struct CodePackage: Sendable {
  let zip: [UInt8]
  /// What the function is called unless somebody says otherwise: the directory's or the archive's name.
  let suggestedName: String
  /// True when the code brings an executable `bootstrap` of its own.
  let hasBootstrap: Bool

  /// Reads a zip as it is, or packs a directory.
  init(_ path: String) throws {
    if HostFile.isDirectory(path) {
      let entries = try SourceTree(path).entries()
      guard !entries.isEmpty else { throw CommandFailure(.usage, "`\(path)` holds no files: give the function's code") }
      zip = try ZipArchive.stored(entries)
      suggestedName = HostFile.name(HostFile.realPath(path) ?? path)
      hasBootstrap = entries.contains { $0.name == "bootstrap" && $0.isExecutable }
    } else {
      zip = try Self.archive(path)
      let name = HostFile.name(path)
      suggestedName = name.hasSuffix(".zip") ? String(name.dropLast(4)) : name
      hasBootstrap = false
    }
  }

  private static func archive(_ path: String) throws -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try HostFile.bytes(path, limit: SourceTree.maximumFile) } catch {
      throw CommandFailure(.usage, "cannot read the code: \(error): give a directory or a zip")
    }
    guard bytes.starts(with: [0x50, 0x4B]), bytes.count < SourceTree.maximumFile else {
      throw CommandFailure(.usage, "`\(path)` is not a zip archive: give a directory or a zip")
    }
    return bytes
  }
}
