import Core

/// What is known of one issuer's keys, and when they may be asked for. Pure: told the time, it says what to do.
struct KeyCache: Sendable {
  enum Answer: Sendable {
    case use(KeySet)
    /// The caller fetches, and says afterwards how that ended.
    case fetch
    /// Somebody fetches: ask again when that has ended.
    case wait
    /// There are none, and it is too early to ask again.
    case unavailable
  }

  /// How long keys count after they were fetched: what the issuer withdraws counts as long.
  static let lifetime = Duration.seconds(900)
  /// Between the end of one fetch and the start of the next, whoever asks for what.
  static let interval = Duration.seconds(10)

  private var held: (keys: KeySet, since: MonotonicTime)?
  private var lastEnd: MonotonicTime?
  private(set) var isFetching = false

  mutating func ask(for keyID: String, at now: MonotonicTime) -> Answer {
    if let held, now - held.since >= Self.lifetime { self.held = nil }
    if let held, held.keys.knows(keyID) { return .use(held.keys) }
    if isFetching { return .wait }
    if let lastEnd, now - lastEnd < Self.interval { return held.map { .use($0.keys) } ?? .unavailable }
    isFetching = true
    return .fetch
  }

  /// - Parameter keys: nil when they could not be had: then those that are held go on to count.
  mutating func ended(with keys: KeySet?, at now: MonotonicTime) {
    isFetching = false
    lastEnd = now
    if let keys { held = (keys, now) }
  }
}
