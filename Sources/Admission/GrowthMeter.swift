import Core

/// Holds the growth of one function's concurrency. Up to what it had lately nothing grows: its environments are still there.
struct GrowthMeter: Sendable {
  private var meter = RateMeter()
  /// The concurrency for which there are environments.
  private var reached = 0
  /// The highest concurrency since `windowStart`.
  private var peak = 0
  private var windowStart = MonotonicTime(nanoseconds: 0)

  /// Whether one invocation more may run beside those that do.
  func hasRoom(beside running: Int, at now: MonotonicTime) -> Bool {
    running < reached || meter.hasRoom(in: AdmissionLimits.growth, at: now)
  }

  /// One invocation more runs beside those that did.
  mutating func grow(beside running: Int, at now: MonotonicTime) {
    peak = max(peak, running + 1)
    guard running >= reached else { return }
    meter.take(from: AdmissionLimits.growth, at: now)
    reached = running + 1
  }

  /// Forgets environments that were without work for so long that they are gone.
  mutating func forget(after idleTimeout: Duration, running: Int, at now: MonotonicTime) {
    let elapsed = now - windowStart
    guard elapsed >= idleTimeout else { return }
    reached = elapsed >= idleTimeout * 2 ? running : max(peak, running)
    peak = running
    windowStart = now
  }
}
