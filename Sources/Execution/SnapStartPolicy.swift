import Core

/// How many environments of each snap-started version are to be initialised and parked. A pure state machine: it follows
/// demand, and gives way when memory is short or a version is out of use.
///
/// One is there from the beginning. After a burst there are as many as were needed in its busiest second, for a while. When
/// memory is short there is none, but the one without which a version cannot be invoked yet.
struct SnapStartPolicy<Key: Hashable & Sendable>: Sendable {
  private struct Version {
    var lastUse: MonotonicTime
    var busiest = 0
    var busiestAt: MonotonicTime
  }

  /// An initialised environment may be as large as its function.
  static var most: Int { 16 }
  static var memoryOfDemand: Duration { .seconds(300) }
  /// As long as AWS keeps a snapshot that nobody uses.
  static var longestOutOfUse: Duration { .seconds(14 * 86_400) }
  /// How long after a shortage of memory nothing is parked, so that what is freed is not taken again at once.
  static var restAfterShortage: Duration { .seconds(60) }

  private var versions: [Key: Version] = [:]
  private var lastShortage: MonotonicTime?

  /// The version is to have environments parked from now on; what is known of it stays.
  mutating func follow(_ key: Key, at now: MonotonicTime) {
    if versions[key] == nil { versions[key] = Version(lastUse: now, busiestAt: now) }
  }

  mutating func forget(_ key: Key) { versions[key] = nil }

  /// - Parameters:
  ///   - taken: environments that work has needed since the last word, about a second ago, beyond warm ones.
  ///   - isInUse: whether it has any that has worked.
  mutating func note(_ key: Key, taken: Int, isInUse: Bool, at now: MonotonicTime) {
    guard var version = versions[key] else { return }
    if isInUse || taken > 0 { version.lastUse = now }
    if taken > 0, taken >= version.busiest || Self.isOver(version.busiestAt, now) {
      (version.busiest, version.busiestAt) = (taken, now)
    }
    versions[key] = version
  }

  mutating func note(isMemoryShort: Bool, at now: MonotonicTime) {
    if isMemoryShort { lastShortage = now }
  }

  /// - Parameter isFirst: whether the version cannot be invoked before one of its environments is initialised.
  func target(_ key: Key, isFirst: Bool, at now: MonotonicTime) -> Int {
    guard let version = versions[key] else { return 0 }
    if isFirst { return 1 }
    if let lastShortage, now - lastShortage < Self.restAfterShortage { return 0 }
    guard now - version.lastUse < Self.longestOutOfUse else { return 0 }
    return Self.isOver(version.busiestAt, now) ? 1 : min(max(version.busiest, 1), Self.most)
  }

  private static func isOver(_ then: MonotonicTime, _ now: MonotonicTime) -> Bool { now - then > memoryOfDemand }
}
