import Core
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

  private enum Job {
    case verify(ArtifactID)
    case unpack(ArtifactID)
  }

  private struct State {
    var verifications = VerificationQueue<Completion>()
    var unpacking: [ArtifactID: [Completion]] = [:]
  }

  private let library: CodeLibrary
  private let state = Mutex(State())
  private let jobs: AsyncStream<Job>
  private let continuation: AsyncStream<Job>.Continuation

  init(library: CodeLibrary) {
    self.library = library
    (jobs, continuation) = AsyncStream.makeStream(of: Job.self)
  }

  /// Notes that the code is about to be used.
  func touch(_ tree: ArtifactID) { library.touch(tree) }

  /// Compares the stored package with its digest, as it is on disk after this call.
  ///
  /// - Parameter completion: called once, from any thread.
  func verify(_ tree: ArtifactID, completion: @escaping Completion) {
    let isFirst = state.withLock { $0.verifications.add(completion, for: tree) }
    if isFirst { begin(.verify(tree)) }
  }

  /// Has the stored package unpacked.
  ///
  /// - Parameter completion: called once, from any thread.
  func unpack(_ tree: ArtifactID, completion: @escaping Completion) {
    let isFirst = state.withLock { state in
      state.unpacking[tree, default: []].append(completion)
      return state.unpacking[tree]?.count == 1
    }
    if isFirst { begin(.unpack(tree)) }
  }

  /// Does the work until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await job in jobs {
        group.addTask { await self.carryOut(job) }
      }
    }
  }

  private func begin(_ job: Job) {
    if case .terminated = continuation.yield(job) { finish(job, .failure(.ended)) }
  }

  private func carryOut(_ job: Job) async {
    do throws(CodeError) {
      switch job {
      case .verify(let tree): try await library.verify(tree)
      case .unpack(let tree): try await library.prepare(tree)
      }
      finish(job, .success(()))
    } catch {
      finish(job, .failure(.code(error)))
    }
  }

  private func finish(_ job: Job, _ result: Result<Void, Failure>) {
    switch job {
    case .verify(let tree):
      let (waiters, mustBeginAgain) = state.withLock { $0.verifications.finish(tree) }
      waiters.forEach { $0(result) }
      if mustBeginAgain { begin(job) }
    case .unpack(let tree):
      let waiters = state.withLock { $0.unpacking.removeValue(forKey: tree) ?? [] }
      waiters.forEach { $0(result) }
    }
  }
}
