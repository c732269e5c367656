import Core

/// What each owner has of a full host, and what it may have.
struct HostBalance {
  fileprivate(set) var shares: [PoolOwner: Int] = [:]
  fileprivate(set) var holdings: [PoolOwner: Int] = [:]
  fileprivate(set) var unmet: [PoolOwner: Int] = [:]

  /// Whether the owner has more than its share, which others may ask back.
  func isOver(_ owner: PoolOwner) -> Bool { excess(of: owner) > 0 }

  /// Whether what the owner has and what its work waits for are within its share.
  func isWithin(_ owner: PoolOwner) -> Bool { excess(of: owner) + (unmet[owner] ?? 0) <= 0 }

  /// How many environments more than its share the owner has; below 0 when it has less.
  func excess(of owner: PoolOwner) -> Int { (holdings[owner] ?? 0) - (shares[owner] ?? 0) }
}

/// Sharing of a full host (docs/decisions/0017).
extension PoolStateMachine {
  /// For how long an idle environment counts as used: its function is about to come back.
  private static var recent: Duration { .milliseconds(100) }

  func hostBalance(at now: MonotonicTime) -> HostBalance {
    var balance = HostBalance()
    var claims: [PoolOwner: FairShare.Claim] = [:]
    for group in groups.values {
      let holding = group.size - group.ending
      let demand = holding - unused(of: group, at: now) + group.unmet
      guard holding + demand > 0 else { continue }
      claims[group.owner] = (claims[group.owner] ?? .init()) + FairShare.Claim(demand: demand, holding: holding)
      if group.unmet > 0 { balance.unmet[group.owner, default: 0] += group.unmet }
    }
    balance.holdings = claims.mapValues(\.holding)
    balance.shares = FairShare.shares(of: capacity, among: claims)
    return balance
  }

  /// The idle environment that makes room for work of a key. Whoever asks for more than its share gets no idle environment
  /// of another one that is about to use it.
  func victim(for key: Key, _ balance: HostBalance, at now: MonotonicTime) -> EnvironmentID? {
    guard let owner = groups[key]?.owner, !balance.isWithin(owner) else { return leastValuable(at: now) }
    return leastValuable(at: now) { key, since in
      guard let other = groups[key]?.owner else { return true }
      return other == owner || balance.isOver(other) || now - since >= Self.recent
    }
  }

  /// Whether an environment that is free again is to make room for work of others although work of its own waits. One that
  /// was just started for that work is not: it would have been started for nothing.
  func mustMakeRoom(_ environment: Environment, at now: MonotonicTime) -> Bool {
    guard !environment.isAhead, environment.isInitialised, environments.count >= capacity,
      let group = groups[environment.key], unmet - group.unmet > endingCount
    else { return false }
    let owner = group.owner
    let balance = hostBalance(at: now)
    return balance.isOver(owner) && balance.unmet.keys.contains { $0 != owner && balance.isWithin($0) }
  }

  /// The key whose work starts next: of the owner that is farthest below its share.
  func neediestKey(at now: MonotonicTime) -> Key? {
    guard unmet > 0 else { return nil }
    let waiting = groups.filter { $0.value.unmet > 0 }
    guard waiting.count > 1 else { return waiting.first?.key }
    let balance = hostBalance(at: now)
    return waiting.min { balance.excess(of: $0.value.owner) < balance.excess(of: $1.value.owner) }?.key
  }

  /// Refuses work that has waited for a share of a full host for a whole period and did not get it.
  mutating func refuseOverdue() -> [Action] {
    var actions: [Action] = []
    for key in groups.keys {
      var old = 0
      update(key) { old = $0.waiting.beginPeriod() }
      let count = min(old, groups[key]?.unmet ?? 0, unmet - endingCount)
      for _ in 0..<max(0, count) {
        if let work = takeWaiting(key) { actions.append(.refuse(work)) }
      }
      forgetIfUnused(key)
    }
    return actions
  }

  /// Idle environments that nobody has asked for recently; those used last are last.
  private func unused(of group: Group, at now: MonotonicTime) -> Int {
    let used = group.idle.reversed().prefix { id in
      environments[id]?.idleSince.map { now - $0 < Self.recent } ?? false
    }
    return group.idle.count - used.count
  }
}
