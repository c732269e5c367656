import Core

/// Environments that have got too old: what they were given at their start does not last for ever.
extension PoolStateMachine {
  /// In how many looks all that is kept ahead of work is replaced: never all of it at once.
  private static var looksToReplaceAll: Int { 60 }

  /// Those that were started at the same time do not end at the same time.
  func lifetime(of id: EnvironmentID) -> Duration { lifetime + lifetime * Int(id.number % 60) / 360 }

  func isOld(_ environment: Environment, at now: MonotonicTime) -> Bool { now >= environment.oldAt }

  /// Ends what is idle and too old; what works ends after its work.
  mutating func endOld(at now: MonotonicTime) -> [Action] {
    let old = environments.filter { $0.value.isIdle && isOld($0.value, at: now) }
    guard !old.isEmpty else { return [] }
    let ahead = old.filter(\.value.isAhead).sorted { $0.value.oldAt < $1.value.oldAt }
    let most = (environments.values.count(where: \.isAhead) + Self.looksToReplaceAll - 1) / Self.looksToReplaceAll
    return old.filter { !$0.value.isAhead }.map { end($0.key) } + ahead.prefix(most).map { end($0.key) }
  }
}
