import Core
import Synchronization

/// Holds the requests of one listener to a rate.
final class RequestMeter: Sendable {
  private let rate: Rate
  private let meter = Mutex(RateMeter())

  init(_ rate: Rate) { self.rate = rate }

  /// Counts what has been let pass already: what comes next waits until it has been made up for.
  func take(_ count: Int, at now: MonotonicTime) {
    guard count > 0 else { return }
    meter.withLock { $0.take(count, from: rate, at: now) }
  }

  /// - Returns: false when the request is one too many; it is not counted then.
  func take(at now: MonotonicTime) -> Bool {
    meter.withLock { meter in
      guard meter.hasRoom(in: rate, at: now) else { return false }
      meter.take(from: rate, at: now)
      return true
    }
  }
}
