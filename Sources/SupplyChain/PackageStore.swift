package import Core
package import Cryptography
import Storage

/// Deployment packages by the SHA-256 of their bytes, sealed on disk for the account that owns them.
///
/// One process owns the directory. Nothing here knows which function names a package: the caller removes only what no
/// function names.
package struct PackageStore: Sendable {
  private let directory: PackageDirectory
  private let packages: SealedPackages
  // Two, so that the start of a function never waits for somebody's deployment to be synced.
  private let reading = BlockingExecutor(label: "redoubt.packages.read")
  private let writing = BlockingExecutor(label: "redoubt.packages.write")

  /// - Parameter directory: exists, and is the server's alone.
  package init(directory: String, cipher: EnvelopeCipher) {
    self.directory = PackageDirectory(root: directory)
    packages = SealedPackages(directory: self.directory, cipher: cipher)
  }

  /// Makes the store's directory where it is not there; the one above it must be.
  package func prepare() async throws(PackageError) {
    let directory = directory
    try await writing.run { () throws(PackageError) in
      do throws(SystemCallFailure) { try directory.make() } catch { throw PackageError(error) }
    }
  }

  /// Stores `zip`; it is on disk when this returns. Storing the same bytes again repairs what was damaged.
  package func put(_ zip: [UInt8], account: AccountID) async throws(PackageError) -> Digest {
    let packages = packages
    return try await writing.run { () throws(PackageError) in try packages.put(zip, account: account) }
  }

  /// The bytes that were stored, compared with their digest once more.
  package func load(_ digest: Digest, account: AccountID) async throws(PackageError) -> [UInt8] {
    let packages = packages
    let reference = ArtifactID(account: account, digest: digest)
    return try await reading.run { () throws(PackageError) in try packages.load(reference) }
  }

  /// Reads what is stored, opens it and compares it with its digest.
  ///
  /// - Parameter completion: called once, from a thread that reads nothing else meanwhile. It fails with
  ///   `PackageError.missing` or `.damaged`; `.failed` when the package cannot be read.
  package func verify(_ package: ArtifactID, completion: @escaping @Sendable (Result<Void, PackageError>) -> Void) {
    let packages = packages
    reading.run({ () throws(PackageError) in _ = try packages.load(package) }, completion: completion)
  }

  /// Removes the package for good. To remove what is not there is no error.
  package func remove(_ digest: Digest, account: AccountID) async throws(PackageError) {
    let packages = packages
    let reference = ArtifactID(account: account, digest: digest)
    try await writing.run { () throws(PackageError) in try packages.remove(reference) }
  }

  /// Removes every package that is not in `references`, and what a crash left half written.
  ///
  /// Only at start, before anything is put: a package that is stored but not yet named would be removed.
  ///
  /// - Returns: the number of packages removed.
  package func removeUnreferenced(keeping references: Set<ArtifactID>) async throws(PackageError) -> Int {
    let directory = directory
    return try await writing.run { () throws(PackageError) in try directory.sweep(keeping: references) }
  }

  /// The sizes of all sealed packages together, in bytes.
  package func totalBytes() async throws(PackageError) -> Int {
    let directory = directory
    return try await reading.run { () throws(PackageError) in try directory.totalBytes() }
  }
}
