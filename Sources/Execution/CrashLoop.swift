import Core

/// Holds starts back while environments of one kind fail again and again before they are ready. Pure.
struct CrashLoop<Failure: Sendable>: Sendable {
  /// Failures in a row that hold nothing back.
  private static var tolerated: Int { 2 }
  private static var shortestPause: Duration { .milliseconds(100) }
  private static var longestPause: Duration { .seconds(10) }
  /// After how long without another failure nothing is known any more.
  private static var memory: Duration { .seconds(60) }

  /// The last one.
  private let failure: Failure
  private let count: Int
  private let failedAt: MonotonicTime
  private let pause: Duration

  /// An environment has failed.
  ///
  /// - Parameters:
  ///   - previous: what was known of the kind; nil: nothing.
  ///   - start: when the environment was started. Those that were on their way together fail together, and count once.
  init(_ failure: Failure, after previous: CrashLoop?, startedAt start: MonotonicTime, at now: MonotonicTime) {
    self.failure = failure
    if let previous, start < previous.failedAt {
      (count, failedAt, pause) = (previous.count, previous.failedAt, previous.pause)
      return
    }
    count = (previous?.count ?? 0) + 1
    failedAt = now
    let last = previous?.pause ?? .zero
    pause = count <= Self.tolerated ? .zero : min(Self.longestPause, max(Self.shortestPause, last * 2))
  }

  /// What a start would come to, for as long as none is tried; nil: try.
  func failure(at now: MonotonicTime) -> Failure? { now - failedAt < pause ? failure : nil }

  func isForgotten(at now: MonotonicTime) -> Bool { now - failedAt >= pause + Self.memory }
}
