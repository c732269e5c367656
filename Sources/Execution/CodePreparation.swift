import Core
import Sandbox
import SupplyChain
import Synchronization

/// Unpacks stored code for environments that wait for it; each tree once, however many wait.
final class CodePreparation: Sendable {
  typealias Completion = @Sendable (Result<Void, CodeError>) -> Void

  private let library: CodeLibrary
  private let waiting = Mutex<[ArtifactID: [Completion]]>([:])
  private let trees: AsyncStream<ArtifactID>
  private let continuation: AsyncStream<ArtifactID>.Continuation

  init(library: CodeLibrary) {
    self.library = library
    (trees, continuation) = AsyncStream.makeStream(of: ArtifactID.self)
  }

  /// Notes that the code is about to be used.
  func touch(_ tree: ArtifactID) { library.touch(tree) }

  /// - Parameter completion: called once, from any thread.
  /// - Returns: false when `run` has ended; `completion` is then not called.
  func prepare(_ tree: ArtifactID, completion: @escaping Completion) -> Bool {
    let isFirst = waiting.withLock { waiting in
      waiting[tree, default: []].append(completion)
      return waiting[tree]?.count == 1
    }
    guard isFirst else { return true }
    if case .terminated = continuation.yield(tree) {
      let joined = waiting.withLock { $0.removeValue(forKey: tree) ?? [] }
      joined.dropFirst().forEach { $0(.failure(.sandbox(.connectionLost))) }
      return false
    }
    return true
  }

  /// Does the work until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await tree in trees {
        group.addTask { await self.unpack(tree) }
      }
    }
  }

  private func unpack(_ tree: ArtifactID) async {
    let result: Result<Void, CodeError>
    do throws(CodeError) {
      try await library.prepare(tree)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    let completions = waiting.withLock { $0.removeValue(forKey: tree) ?? [] }
    completions.forEach { $0(result) }
  }
}
