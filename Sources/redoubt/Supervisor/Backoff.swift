import Core

/// How long to wait before a worker is started again: 100 ms, doubling to 5 s; a long enough run starts over.
struct Backoff: Hashable, Sendable {
  static let first: Duration = .milliseconds(100)
  static let longest: Duration = .seconds(5)
  /// A worker that ran this long is taken to have been well.
  static let wellAfter: Duration = .seconds(30)

  private var next = Backoff.first

  /// The wait after a run of that length.
  mutating func wait(afterRun run: Duration) -> Duration {
    if run >= Self.wellAfter { next = Self.first }
    defer { next = min(next * 2, Self.longest) }
    return next
  }
}
