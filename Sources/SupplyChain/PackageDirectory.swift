import Core
import FoundationEssentials

/// The files of a package store, whatever is in them: `<root>/<account>/<two digits>/<digest>`. Blocks.
struct PackageDirectory: Sendable {
  let root: String

  /// Makes the directory itself, in a directory that is there.
  func make() throws(SystemCallFailure) {
    let slash = root.lastIndex(of: "/") ?? root.startIndex
    try DurableFiles.makeDirectory(String(root[root.index(after: slash)...]), in: String(root[..<slash]))
  }

  func read(_ reference: ArtifactID) throws(SystemCallFailure) -> [UInt8] {
    try DurableFiles.contents(of: directory(of: reference) + "/" + reference.digest.description)
  }

  func write(_ sealed: [UInt8], as reference: ArtifactID) throws(SystemCallFailure) {
    let account = reference.account.description
    try DurableFiles.makeDirectory(account, in: root)
    try DurableFiles.makeDirectory(Self.fan(reference.digest), in: root + "/" + account)
    try DurableFiles.replace(reference.digest.description, in: directory(of: reference), with: sealed)
  }

  /// - Returns: false when there was no such package.
  func remove(_ reference: ArtifactID) throws(SystemCallFailure) -> Bool {
    let directory = directory(of: reference)
    guard try DurableFiles.removeIfPresent(directory + "/" + reference.digest.description) else { return false }
    try DurableFiles.syncDirectory(directory)
    return true
  }

  /// - Returns: the number of packages removed; leftovers of unfinished writes go too and are not counted.
  func sweep(keeping references: Set<ArtifactID>) throws(PackageError) -> Int {
    var removed = 0
    for file in try files() {
      do {
        if let reference = file.reference, !references.contains(reference) {
          removed += try remove(reference) ? 1 : 0
        } else if file.isLeftover {
          try DurableFiles.removeIfPresent(file.path)
        }
      } catch {
        throw PackageError(error)
      }
    }
    return removed
  }

  func totalBytes() throws(PackageError) -> Int {
    try files().reduce(0) { $0 + ($1.reference == nil ? 0 : $1.size) }
  }

  private func files() throws(PackageError) -> [PackageFile] {
    do {
      var found: [PackageFile] = []
      for name in try Self.names(in: root) {
        guard let account = AccountID(name) else { continue }
        for fan in try Self.names(in: "\(root)/\(name)") {
          let directory = "\(root)/\(name)/\(fan)"
          found += try Self.names(in: directory).map { try PackageFile(name: $0, in: directory, account: account) }
        }
      }
      return found
    } catch let failure as SystemCallFailure {
      throw PackageError(failure)
    } catch {
      throw .failed(String(describing: error))
    }
  }

  private static func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path)
  }

  private func directory(of reference: ArtifactID) -> String {
    "\(root)/\(reference.account)/\(Self.fan(reference.digest))"
  }

  /// The digest's first byte: keeps directories small.
  private static func fan(_ digest: Digest) -> String { String(digest.description.prefix(2)) }
}
