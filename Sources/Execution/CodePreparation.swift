import Core
import Functions
import SupplyChain
import Synchronization

/// Makes stored code ready for environments that wait for it: compares packages with their digests and unpacks them;
/// each once, however many wait.
final class CodePreparation: Sendable {
  typealias Completion = @Sendable (Result<Void, Failure>) -> Void

  enum Failure: Error {
    /// `run` has ended.
    case ended
    case code(CodeError)
  }

  private struct State {
    var verifications = VerificationQueue<Completion>()
    var unpacking: [ArtifactID: [Completion]] = [:]
    var hasEnded = false
  }

  private let library: CodeLibrary
  private let state = Mutex(State())
  private let toUnpack: AsyncStream<ArtifactID>
  private let continuation: AsyncStream<ArtifactID>.Continuation

  init(library: CodeLibrary) {
    self.library = library
    (toUnpack, continuation) = AsyncStream.makeStream(of: ArtifactID.self)
  }

  /// Notes that the code is about to be used.
  func touch(_ tree: ArtifactID) { library.touch(tree) }

  /// - Returns: what has been compiled of the code for the runtime, if anything has; it is from now on, if it can be.
  @discardableResult
  func compiled(_ tree: ArtifactID, by runtime: Runtime) -> ArtifactID? {
    runtime.family == .python ? library.compiled(tree, by: runtime.index) : nil
  }

  /// Compares the stored package with its digest, as it is on disk after this call.
  ///
  /// - Parameter completion: called once, from any thread.
  func verify(_ tree: ArtifactID, completion: @escaping Completion) {
    let isFirst = state.withLock { $0.verifications.add(completion, for: tree) }
    if isFirst { beginToVerify(tree) }
  }

  /// Has the stored package unpacked.
  ///
  /// - Parameter completion: called once, from any thread.
  func unpack(_ tree: ArtifactID, completion: @escaping Completion) {
    let isFirst = state.withLock { state in
      state.unpacking[tree, default: []].append(completion)
      return state.unpacking[tree]?.count == 1
    }
    guard isFirst else { return }
    if case .terminated = continuation.yield(tree) { unpacked(tree, .failure(.ended)) }
  }

  /// Unpacks until the task is cancelled; nothing is verified afterwards, either.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await tree in toUnpack {
        group.addTask { await self.carryOut(tree) }
      }
    }
    state.withLock { $0.hasEnded = true }
  }

  /// Every start waits for this, so it is done without a task.
  private func beginToVerify(_ tree: ArtifactID) {
    guard !state.withLock({ $0.hasEnded }) else { return verified(tree, .failure(.ended)) }
    library.verify(tree) { result in self.verified(tree, result.mapError(Failure.code)) }
  }

  private func verified(_ tree: ArtifactID, _ result: Result<Void, Failure>) {
    let (waiters, mustBeginAgain) = state.withLock { $0.verifications.finish(tree) }
    waiters.forEach { $0(result) }
    if mustBeginAgain { beginToVerify(tree) }
  }

  private func carryOut(_ tree: ArtifactID) async {
    do throws(CodeError) {
      try await library.prepare(tree)
      unpacked(tree, .success(()))
    } catch {
      unpacked(tree, .failure(.code(error)))
    }
  }

  private func unpacked(_ tree: ArtifactID, _ result: Result<Void, Failure>) {
    let waiters = state.withLock { $0.unpacking.removeValue(forKey: tree) ?? [] }
    waiters.forEach { $0(result) }
  }
}
