import Core
import Cryptography

/// Code as it is uploaded. Equal directories make equal bytes.
struct CodePackage: Sendable {
  let zip: [UInt8]

  /// The member CodeSha256 of a function that has this code.
  var sha256: String { Base64.encode(Hashing.sha256(zip).bytes) }

  private init(zip: [UInt8]) { self.zip = zip }

  /// Reads a zip as it is, or packs a directory.
  init(_ source: CodeSource) throws {
    let isDirectory = HostFile.isDirectory(source.path)
    self.init(
      zip: isDirectory ? try ZipArchive.archive(Self.entries(source.path)) : try Self.archive(source.path))
  }

  /// As above; with what a Python function's directory requires, beside its own files.
  init(_ source: CodeSource, runtime: String, python: PythonInstallation) throws {
    guard HostFile.isDirectory(source.path), runtime.hasPrefix("python"),
      let requirements = try Self.requirements(source.path)
    else {
      try self.init(source)
      return
    }
    let installed = try SourceTree(python.directory(requirements, for: runtime)).entries()
    let own = try Self.entries(source.path)
    let names = Set(own.map(\.name))
    self.init(zip: try ZipArchive.archive(own + installed.filter { !names.contains($0.name) }))
  }

  private static func entries(_ path: String) throws -> [ZipArchive.Entry] {
    let entries = try SourceTree(path).entries()
    guard !entries.isEmpty else { throw CommandFailure(.usage, "`\(path)` holds no files: give the function's code") }
    return entries
  }

  /// - Returns: nil when nothing is required.
  private static func requirements(_ path: String) throws -> PythonRequirements? {
    let file = path + "/" + PythonRequirements.fileName
    guard HostFile.exists(file) else { return nil }
    guard let text = String(validating: try HostFile.bytes(file), as: UTF8.self) else {
      throw CommandFailure(.usage, "`\(file)` is not in UTF-8: save it so")
    }
    let requirements = try PythonRequirements(text)
    return requirements.isEmpty ? nil : requirements
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
