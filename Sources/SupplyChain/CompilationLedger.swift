import Core
import Cryptography

/// What a runtime is to make of code, and the name of what comes out.
struct Compilation: Hashable, Sendable {
  let code: ArtifactID
  /// The place in the spawner's table of runtimes.
  let runtime: Int

  /// Of the code's account. No package has this digest. To make it is no work for each start.
  func makeTree() -> ArtifactID {
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
    case underway(ArtifactID)
    case done(ArtifactID)
    case failed
  }

  private var progress: [Compilation: Progress] = [:]
  private var waiting: [Compilation] = []
  private var isBusy = false
  private var epoch: UInt64 = 0

  /// An environment may be started, or is about to be.
  ///
  /// - Parameter epoch: counts the spawners; with each, nothing is compiled yet.
  /// - Returns: what it gets besides the code; nil when it is not there yet.
  mutating func want(_ compilation: Compilation, in epoch: UInt64) -> ArtifactID? {
    if epoch != self.epoch {
      (progress, waiting) = ([:], [])
      self.epoch = epoch
    }
    switch progress[compilation] {
    case .done(let tree): return tree
    case nil:
      progress[compilation] = .waiting
      waiting.append(compilation)
    case .waiting, .underway, .failed: break
    }
    return nil
  }

  /// The next to be carried out now, and what its tree is to be called; nil: none, or one is under way.
  mutating func next() -> (compilation: Compilation, tree: ArtifactID)? {
    guard !isBusy, !waiting.isEmpty else { return nil }
    let next = waiting.removeFirst(), tree = next.makeTree()
    progress[next] = .underway(tree)
    isBusy = true
    return (next, tree)
  }

  /// The one that was under way has ended.
  ///
  /// - Parameter failure: nil when its tree is there.
  /// - Returns: false when nobody wants that tree any more.
  mutating func finish(_ compilation: Compilation, _ failure: Failure?) -> Bool {
    isBusy = false
    guard case .underway(let tree)? = progress[compilation] else { return false }
    switch failure {
    case nil: progress[compilation] = .done(tree)
    case .lasting: progress[compilation] = .failed
    case .passing: progress[compilation] = nil
    }
    return true
  }

  /// The tree, of code or of what was compiled, is gone.
  ///
  /// - Returns: trees that are of no use without it.
  mutating func forget(_ tree: ArtifactID) -> [ArtifactID] {
    var useless: [ArtifactID] = []
    for (compilation, progress) in progress {
      let made = if case .done(let made) = progress { made } else { nil as ArtifactID? }
      guard compilation.code == tree || made == tree else { continue }
      self.progress[compilation] = nil
      waiting.removeAll { $0 == compilation }
      if let made, made != tree { useless.append(made) }
    }
    return useless
  }
}
