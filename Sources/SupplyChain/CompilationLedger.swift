import Core
import Cryptography

/// What a runtime is to make of code, and the name of what comes out.
struct Compilation: Hashable, Sendable {
  let code: ArtifactID
  /// The place in the spawner's table of runtimes.
  let runtime: Int

  /// Of the code's account. No package has this digest.
  var tree: ArtifactID {
    ArtifactID(account: code.account, digest: Hashing.sha256(Array("compiled \(runtime) ".utf8) + code.digest.bytes))
  }
}

/// Which code is to be compiled ahead, in what order, and what has been compiled. One at a time: nobody waits for it. Pure.
struct CompilationLedger {
  /// What was compiled came to nothing, and may again.
  enum Failure {
    /// Because of the code.
    case lasting
    /// Because of what happened meanwhile.
    case passing
  }

  private enum Progress {
    case waiting
    case underway
    case done
    case failed
  }

  private var progress: [Compilation: Progress] = [:]
  private var waiting: [Compilation] = []
  private var isBusy = false

  /// An environment may be started, or is about to be.
  ///
  /// - Returns: what it gets besides the code; nil when it is not there yet.
  mutating func want(_ compilation: Compilation) -> ArtifactID? {
    switch progress[compilation] {
    case .done: return compilation.tree
    case nil:
      progress[compilation] = .waiting
      waiting.append(compilation)
    case .waiting, .underway, .failed: break
    }
    return nil
  }

  /// The next to be carried out now; nil: none, or one is under way.
  mutating func next() -> Compilation? {
    guard !isBusy, !waiting.isEmpty else { return nil }
    let next = waiting.removeFirst()
    progress[next] = .underway
    isBusy = true
    return next
  }

  /// The one that was under way has ended.
  ///
  /// - Parameter failure: nil when its tree is there.
  /// - Returns: false when nobody wants that tree any more.
  mutating func finish(_ compilation: Compilation, _ failure: Failure?) -> Bool {
    isBusy = false
    guard case .underway? = progress[compilation] else { return false }
    switch failure {
    case nil: progress[compilation] = .done
    case .lasting: progress[compilation] = .failed
    case .passing: progress[compilation] = nil
    }
    return true
  }

  /// The tree, of code or of what was compiled, is gone or another of its name has come.
  ///
  /// - Returns: trees that are of no use without it.
  mutating func forget(_ tree: ArtifactID) -> [ArtifactID] {
    let affected = progress.filter { $0.key.code == tree || $0.key.tree == tree }
    affected.keys.forEach { progress[$0] = nil }
    waiting.removeAll { affected[$0] != nil }
    return affected.compactMap { compilation, progress in
      if case .done = progress, compilation.code == tree { compilation.tree } else { nil }
    }
  }
}
