import Dispatch

/// Runs what may block (disk, name look-ups) on a thread of its own, one piece after another in the order of arrival,
/// so that no thread of Swift's cooperative pool ever waits for a device.
package final class BlockingExecutor: Sendable {
  private let queue: DispatchQueue

  /// - Parameter label: names the thread in a debugger, for example `redoubt.packages.write`.
  package init(label: String) { queue = DispatchQueue(label: label) }

  /// Runs `work` to its end, also when the calling task is cancelled meanwhile.
  package func run<Result: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let outcome = await withCheckedContinuation { continuation in
      run(work) { continuation.resume(returning: $0) }
    }
    return try outcome.get()
  }

  /// Runs `work` to its end, and `completion` after it on the same thread, which the next piece of work waits for.
  ///
  /// For where to suspend and resume a task, each time from one thread to another, would cost more than the work.
  package func run<Result: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Result,
    completion: @escaping @Sendable (Swift.Result<Result, Failure>) -> Void
  ) {
    queue.async { completion(Swift.Result(catching: work)) }
  }
}
