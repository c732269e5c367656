package import Core
import Cryptography
package import Logging
package import Sandbox
import Synchronization

/// Why code was not admitted or cannot be run.
package enum CodeError: Error, Hashable, Sendable {
  /// The archive cannot be read.
  case unreadable
  /// An entry must not be unpacked; in the unpacker's words.
  case unsafeEntry(String)
  /// More comes out than is allowed.
  case tooLarge
  case package(PackageError)
  case sandbox(SandboxError)

  init(_ error: SandboxError) {
    switch error {
    case .notAZip: self = .unreadable
    case .unsafeEntry(let detail): self = .unsafeEntry(detail)
    case .tooLarge: self = .tooLarge
    default: self = .sandbox(error)
    }
  }
}

/// What unpacking a package once has shown.
package struct CheckedPackage: Sendable {
  package let digest: Digest
  /// Bytes of its files together, as they came out.
  package let unpackedSize: Int
  /// Whether something at its top is named `extensions`.
  package let hasExtensions: Bool
}

/// Admits packages and makes their code ready to run. Packages are unpacked in throwaway sandboxes only, and only into
/// memory; what is on disk is sealed.
package final class CodeLibrary: Sendable {
  private let packages: PackageStore
  private let spawner: Spawner
  private let log: Logger
  private let ledger: Mutex<TreeLedger>
  private let compilations = Mutex(CompilationLedger())
  private let gate = UnpackGate(places: Spawner.unpackPlaces)

  /// - Parameter memoryBudget: bytes of unpacked code, and of what was compiled of it, that are kept ready.
  package init(packages: PackageStore, spawner: Spawner, log: Logger, memoryBudget: Int = 1 << 30) {
    self.packages = packages
    self.spawner = spawner
    self.log = log
    ledger = Mutex(TreeLedger(budget: memoryBudget))
  }

  /// Unpacks a package once, to see that it can be, and keeps nothing on disk.
  package func check(_ zip: [UInt8], account: AccountID) async throws(CodeError) -> CheckedPackage {
    let digest = Hashing.sha256(zip)
    let unpacked = try await unpack(zip, ArtifactID(account: account, digest: digest))
    return CheckedPackage(
      digest: digest, unpackedSize: unpacked.bytes, hasExtensions: unpacked.hasExtensions)
  }

  /// Stores a package of one account for another, too, under the other's key.
  package func share(_ package: ArtifactID, with account: AccountID) async throws(CodeError) {
    do {
      _ = try await packages.put(try await packages.load(package.digest, account: package.account), account: account)
    } catch {
      throw .package(error)
    }
  }

  /// Stores a package that has been checked.
  package func store(_ zip: [UInt8], account: AccountID) async throws(CodeError) {
    do {
      _ = try await packages.put(zip, account: account)
    } catch {
      throw .package(error)
    }
  }

  /// Checks the digest of a stored package, whose code may be unpacked already.
  ///
  /// - Parameter completion: called once, from the thread that reads packages.
  package func verify(_ tree: ArtifactID, completion: @escaping @Sendable (Result<Void, CodeError>) -> Void) {
    packages.verify(tree) { result in completion(result.mapError(CodeError.package)) }
  }

  /// Loads a stored package, checks its digest again and unpacks it.
  @discardableResult
  package func prepare(_ tree: ArtifactID) async throws(CodeError) -> UnpackedTree {
    let zip: [UInt8]
    do {
      zip = try await packages.load(tree.digest, account: tree.account)
    } catch {
      throw .package(error)
    }
    return try await unpack(zip, tree)
  }

  /// Notes that the code is about to be used, so that it is kept longer.
  package func touch(_ tree: ArtifactID) { ledger.withLock { $0.touch(tree) } }

  private func unpack(_ zip: [UInt8], _ tree: ArtifactID) async throws(CodeError) -> UnpackedTree {
    await gate.enter()
    defer { gate.leave() }
    do {
      let unpacked = try await spawner.unpack(tree, zip: zip, limits: .standard)
      add(tree, unpacked)
      return unpacked
    } catch {
      throw CodeError(error)
    }
  }

  private func add(_ tree: ArtifactID, _ unpacked: UnpackedTree) {
    let dropped = ledger.withLock { $0.add(tree, bytes: unpacked.bytes) }
    let useless = compilations.withLock { compilations in dropped.flatMap { compilations.forget($0) } }
    ledger.withLock { ledger in useless.forEach { ledger.remove($0) } }
    (dropped + useless).forEach(spawner.forget)
  }
}

extension CodeLibrary {
  /// What a runtime that can compile has made of the code; has it do so, unless that has been tried.
  ///
  /// - Parameter runtime: its place in the spawner's table.
  /// - Returns: for an environment to have besides; nil when there is nothing yet.
  package func compiled(_ code: ArtifactID, by runtime: Int) -> ArtifactID? {
    let compiled = compilations.withLock { $0.want(Compilation(code: code, runtime: runtime), in: spawner.epoch) }
    if let compiled { touch(compiled) } else { compileNext() }
    return compiled
  }

  private func compileNext() {
    guard let next = compilations.withLock({ $0.next() }) else { return }
    let compilation = next.compilation
    spawner.compile(compilation.code, into: next.tree, by: compilation.runtime, limits: .compiled) { result in
      self.finish(compilation, next.tree, result)
      self.compileNext()
    }
  }

  private func finish(_ compilation: Compilation, _ tree: ArtifactID, _ result: Result<UnpackedTree, SandboxError>) {
    let code: Logger.MetadataValue = "\(compilation.code.digest)"
    switch result {
    case .success(let made):
      log.debug("compiled code ahead", metadata: ["code": code, "bytes": "\(made.bytes)"])
      let isWanted = compilations.withLock { $0.finish(compilation, nil) }
      if isWanted { add(tree, made) } else { spawner.forget(tree) }
    case .failure(let error):
      if !error.isPassing { log.notice("cannot compile code ahead", metadata: ["code": code, "error": "\(error)"]) }
      _ = compilations.withLock { $0.finish(compilation, error.isPassing ? .passing : .lasting) }
    }
  }
}

extension SandboxError {
  /// Whether it says nothing of the code.
  fileprivate var isPassing: Bool {
    switch self {
    case .unknownTree, .noSlot, .connectionLost: true
    default: false
    }
  }
}
