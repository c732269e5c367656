import Core
import Synchronization

/// Holds the requests of one listener to a rate.
final class RequestMeter: Sendable {
  private let rate: Rate
  private let meter = Mutex(RateMeter())

  init(_ rate: Rate) { self.rate = rate }

  /// - Returns: false when the request is one too many; it is not counted then.
  func take(at now: MonotonicTime) -> Bool {
    meter.withLock { meter in
      guard meter.hasRoom(in: rate, at: now) else { return false }
      meter.take(from: rate, at: now)
      return true
    }
  }
}
