import Glibc

/// The files of a directory that belong into a package.
struct SourceTree {
  private static let skipped: Set<String> = [".git", "__pycache__"]
  /// Beside the code they are about it: a changed setting is no other code.
  private static let skippedAtTop: Set<String> = [Manifest.fileName]
  /// Beyond this the server would refuse the package anyway.
  static let maximumFile = 512 << 20

  private let root: String

  /// Whether an entry of that name belongs into no package, at any depth. An editor's files of work are such: they
  /// come and go while a file is being changed.
  static func isSkipped(_ name: String) -> Bool {
    skipped.contains(name) || name.hasSuffix("~") || name.hasPrefix(".#")
      || (name.hasPrefix(".") && [".swp", ".swo", ".swx"].contains { name.hasSuffix($0) })
  }

  /// - Throws: when `directory` cannot be resolved.
  init(_ directory: String) throws(CommandFailure) {
    guard let root = HostFile.realPath(directory), HostFile.isDirectory(root) else {
      throw CommandFailure(.usage, "`\(directory)` is not a directory: give a directory or a zip")
    }
    self.root = root
  }

  func entries() throws -> [ZipArchive.Entry] { try entries(under: "") }

  private func entries(under prefix: String) throws -> [ZipArchive.Entry] {
    try HostFile.names(in: root + "/" + prefix).flatMap { name in
      let isSkipped = Self.isSkipped(name) || (prefix.isEmpty && Self.skippedAtTop.contains(name))
      return isSkipped ? [] : try entries(at: prefix + name)
    }
  }

  private func entries(at name: String) throws -> [ZipArchive.Entry] {
    var status = stat()
    try SystemError.check(lstat(root + "/" + name, &status), "stat \(name)")
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return try entries(under: name + "/")
    case S_IFREG: return [try file(name)]
    case S_IFLNK: return [try linkedFile(name)]
    default:
      throw CommandFailure(.usage, "`\(name)` is neither a file nor a directory: remove it from the package")
    }
  }

  /// A link becomes the file that it leads to: packages hold no links.
  private func linkedFile(_ name: String) throws -> ZipArchive.Entry {
    guard let target = HostFile.realPath(root + "/" + name), target.hasPrefix(root + "/") else {
      throw CommandFailure(.usage, "`\(name)` is a symbolic link that leads out of the package: copy what it leads to")
    }
    guard !HostFile.isDirectory(target) else {
      throw CommandFailure(.usage, "`\(name)` is a symbolic link to a directory: copy what it leads to")
    }
    return try file(name)
  }

  private func file(_ name: String) throws -> ZipArchive.Entry {
    let descriptor = try Descriptor.open(root + "/" + name, O_RDONLY)
    let bytes = try descriptor.readAll(limit: Self.maximumFile)
    guard bytes.count < Self.maximumFile else {
      throw CommandFailure(.usage, "`\(name)` is too large for a package: leave it out")
    }
    return ZipArchive.Entry(
      name: name, bytes: bytes, isExecutable: try descriptor.status().st_mode & S_IXUSR != 0)
  }
}
