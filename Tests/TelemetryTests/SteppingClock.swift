import Synchronization

/// A clock on which every sleep lasts until `wake`.
final class SteppingClock: Clock {
  typealias Duration = Swift.Duration
  typealias Instant = ContinuousClock.Instant

  private let start = ContinuousClock.now
  private let sleepers: AsyncStream<Void>
  private let sleeping: AsyncStream<Void>.Continuation
  private let sleeper = Mutex<CheckedContinuation<Void, Never>?>(nil)

  init() { (sleepers, sleeping) = AsyncStream.makeStream() }

  var now: Instant { start }
  var minimumResolution: Duration { .zero }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    await withCheckedContinuation { continuation in
      sleeper.withLock { $0 = continuation }
      sleeping.yield()
    }
    try Task.checkCancellation()
  }

  /// Returns when somebody sleeps who did not when it returned last.
  func awaitSleeper() async {
    for await _ in sleepers { return }
  }

  func wake() {
    let waiting = sleeper.withLock { sleeper in
      defer { sleeper = nil }
      return sleeper
    }
    waiting?.resume()
  }
}
