import Core

/// How long to wait before a worker is started again: 100 ms, doubling to 5 s as long as it ends before it was well.
///
/// A worker that was well and then died is wanted back at once, however often: what is held back is one that cannot
/// come up.
struct Backoff: Hashable, Sendable {
  static let first: Duration = .milliseconds(100)
  static let longest: Duration = .seconds(5)
  /// A worker that served this long is taken to have been well.
  static let wellAfter: Duration = .seconds(1)

  private var next = Backoff.first

  /// The wait after a run that served that long: zero for one that never came to serve.
  mutating func wait(afterServing served: Duration) -> Duration {
    if served >= Self.wellAfter { next = Self.first }
    defer { next = min(next * 2, Self.longest) }
    return next
  }
}
