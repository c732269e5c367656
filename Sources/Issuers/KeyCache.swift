import Core

/// What is known of one issuer's keys, and when they may be asked for. Pure: told the time, it says what to do.
struct KeyCache: Sendable {
  enum Answer: Sendable {
    case use(KeySet)
    /// The caller fetches, and says afterwards how that ended.
    case fetch
    /// Somebody fetches: ask again when that has ended.
    case wait
    /// There are none, and it is too early to ask again, or the caller may not wait.
    case unavailable
  }

  /// How long keys count after they were fetched: what the issuer withdraws counts as long.
  static let lifetime = Duration.seconds(900)
  /// From this age on they are fetched again, while they still count.
  static let renewal = Duration.seconds(600)
  /// Between the end of one fetch and the start of the next, whoever asks for what.
  static let interval = Duration.seconds(10)

  private var held: (keys: KeySet, since: MonotonicTime)?
  private(set) var lastEnd: MonotonicTime?
  private(set) var isFetching = false

  /// - Parameter mayWait: whether the caller may fetch or wait for somebody who does.
  mutating func ask(for keyID: String, at now: MonotonicTime, mayWait: Bool) -> Answer {
    if let held, now - held.since >= Self.lifetime { self.held = nil }
    let isEarly = isEarly(at: now)
    if let held, held.keys.knows(keyID),
      now - held.since < Self.renewal || isFetching || isEarly || !mayWait
    {
      return .use(held.keys)
    }
    if isEarly, !isFetching { return held.map { .use($0.keys) } ?? .unavailable }
    guard mayWait else { return .unavailable }
    if isFetching { return .wait }
    isFetching = true
    return .fetch
  }

  /// - Parameter keys: nil when they could not be had: then those that are held go on to count.
  mutating func ended(with keys: KeySet?, at now: MonotonicTime) {
    isFetching = false
    lastEnd = now
    if let keys { held = (keys, now) }
  }

  /// Whether nothing is lost with it: it has no keys that count, and would fetch at once.
  func isEmpty(at now: MonotonicTime) -> Bool {
    let counts = held.map { now - $0.since < Self.lifetime } ?? false
    return !counts && !isFetching && !isEarly(at: now)
  }

  private func isEarly(at now: MonotonicTime) -> Bool { lastEnd.map { now - $0 < Self.interval } ?? false }
}
