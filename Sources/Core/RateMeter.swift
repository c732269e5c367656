/// So many in a time, all at once or one after the other.
package struct Rate: Hashable, Sendable {
  /// What is counted.
  package let name: String
  package let count: Int
  package let per: Duration
  /// After which one more may follow.
  let interval: Duration

  package init(name: String, count: Int, per: Duration) {
    self.name = name
    self.count = count
    self.per = per
    interval = per / max(count, 1)
  }
}

/// Holds a rate, refilling all the time: the generic cell rate algorithm, whose state is one point in time.
package struct RateMeter: Sendable {
  /// When all that was taken will have come back.
  private var full = MonotonicTime(nanoseconds: 0)

  package init() {}

  package func hasRoom(in rate: Rate, at now: MonotonicTime) -> Bool {
    rate.count > 0 && max(full, now).advanced(by: rate.interval) - now <= rate.per
  }

  package mutating func take(_ count: Int = 1, from rate: Rate, at now: MonotonicTime) {
    full = max(full, now).advanced(by: rate.interval * count)
  }
}
