package import Core

/// Environments that are initialised ahead of work and kept, whether there is any or not.
extension PoolStateMachine {
  /// How long nothing is started ahead after an init phase that failed.
  private static var holdTime: Duration { .seconds(30) }
  /// How many of one key are started ahead at the same time: work that waits for a start is not to wait for these.
  private static var mostStartsAtOnce: Int { 16 }

  /// Sets how many environments of a key are kept; they are started, or end, at the next `balance`.
  package mutating func keep(_ count: Int, key: Key, spec: @autoclosure () -> Spec) {
    addGroup(key, spec: spec())
    update(key) {
      $0.kept = count
      $0.isStock = false
      $0.heldUntil = nil
    }
  }

  /// No environment of a key is kept any more.
  package mutating func release(_ key: Key) {
    update(key) {
      $0.kept = 0
      $0.isStock = false
    }
    forgetIfUnused(key)
  }

  /// An environment that was started ahead ended in its init phase: the next attempt is made after a while.
  package mutating func failedAhead(_ key: Key, at now: MonotonicTime) {
    update(key) { $0.heldUntil = now.advanced(by: Self.holdTime) }
  }

  /// The key of an environment that was started ahead and has not been through its init phase.
  package func keyOfStartAhead(_ id: EnvironmentID) -> Key? {
    guard let environment = environments[id], environment.isAhead, !environment.isInitialised else { return nil }
    return environment.key
  }

  /// How many environments of a key have been initialised ahead, and how many of them could take work.
  package func initialisedAhead(_ key: Key) -> (count: Int, available: Int) {
    let all = environments.values.filter { $0.key == key && $0.isAhead && $0.isInitialised && !$0.isEnding }
    return (all.count, all.count { !$0.isBusy })
  }

  /// Starts what is missing and ends what is too much.
  mutating func balance(at now: MonotonicTime) -> [Action] {
    guard !isDraining else { return [] }
    let ahead = Dictionary(grouping: environments.filter { $0.value.isAhead && !$0.value.isEnding }) { $0.value.key }
    let keys = Set(ahead.keys).union(groups.filter { $0.value.kept > 0 }.keys)
    return keys.flatMap { balance($0, (ahead[$0] ?? []).map(\.key), at: now) }
  }

  private mutating func balance(_ key: Key, _ ahead: [EnvironmentID], at now: MonotonicTime) -> [Action] {
    guard let group = groups[key] else { return [] }
    guard ahead.count <= group.kept else {
      return ahead.filter { environments[$0]?.isIdle ?? false }.prefix(ahead.count - group.kept).map { end($0) }
    }
    if let heldUntil = group.heldUntil, now < heldUntil { return [] }
    let missing = group.kept - ahead.count
    guard missing > 0 else { return [] }
    let starting = ahead.count { environments[$0].map { !$0.isInitialised } ?? false }
    let count = min(missing, group.isStock ? stockStartsLeft : Self.mostStartsAtOnce - starting)
    return (0..<max(0, count)).compactMap { _ in startAhead(key, at: now) }
  }

  /// On a full host something idle makes room first; for a stock nothing does.
  private mutating func startAhead(_ key: Key, at now: MonotonicTime) -> Action? {
    guard let group = groups[key] else { return nil }
    if group.isStock {
      guard environments.count < stockCapacity else { return nil }
    } else {
      guard environments.count < capacity else {
        // What is ending makes room already.
        return endingCount > 0 ? nil : leastValuable(at: now).map { end($0) }
      }
    }
    return startAhead(key, group.spec, at: now)
  }
}
