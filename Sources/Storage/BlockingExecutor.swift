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
      queue.async { continuation.resume(returning: Swift.Result(catching: work)) }
    }
    return try outcome.get()
  }
}
