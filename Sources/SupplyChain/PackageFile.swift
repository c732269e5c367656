import Core

/// A file found in a package directory.
struct PackageFile {
  let path: String
  let size: Int
  /// Nil for what is not a complete package.
  let reference: ArtifactID?
  /// Left by a write that a crash cut short.
  let isLeftover: Bool

  init(name: String, in directory: String, account: AccountID) throws(SystemCallFailure) {
    path = directory + "/" + name
    size = try DurableFiles.size(of: path)
    reference = Digest(hexadecimal: name).map { ArtifactID(account: account, digest: $0) }
    isLeftover = name.hasSuffix(DurableFiles.partialSuffix)
  }
}
