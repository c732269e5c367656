package import Core

/// Names one execution environment of this server process.
package struct EnvironmentID: Hashable, Sendable {
  let number: UInt64
}

/// Decides which environment runs which work, when environments start, freeze and end. Pure.
///
/// `Work` is one invocation; `Spec` is what an environment is started from; `Failure` is why one ended before it was
/// ready. Environments of one key are interchangeable; those of different keys never share anything.
package struct PoolStateMachine<Key: Hashable & Sendable, Spec: Sendable, Work: Sendable, Failure: Sendable>: Sendable {
  package enum Action {
    case run(Work, on: EnvironmentID)
    case start(EnvironmentID, Spec)
    /// Nothing has been asked of the environment for a while.
    case freeze(EnvironmentID)
    case end(EnvironmentID)
    /// The host is full and nothing is idle.
    case refuse(Work)
    /// The environment that was started for this work ended before it was ready; or those before did, again and again,
    /// and it is too early for another.
    case fail(Work, Failure)
  }

  private typealias Environment = PoolEnvironment<Key>
  private typealias Group = PoolGroup<Spec, Work>

  private let capacity: Int
  private let idleTimeout: Duration
  private let freezeDelay: Duration
  private var lastID: UInt64 = 0
  private var environments: [EnvironmentID: Environment] = [:]
  private var groups: [Key: Group] = [:]
  private var retired: Set<Key> = []
  private var crashLoops: [Key: CrashLoop<Failure>] = [:]
  /// What became idle and is not frozen yet, the first first. What has had work since then is passed over.
  private var unfrozen: [(id: EnvironmentID, since: MonotonicTime)] = []
  private var isDraining = false
  // Sums over all groups and environments, kept so that a full host costs a request no walk through them.
  private var unmet = 0
  private var spare = 0
  private var endingCount = 0

  /// - Parameters:
  ///   - capacity: environments at once, over all keys.
  ///   - idleTimeout: how long an environment may wait for work before it is ended.
  ///   - freezeDelay: how long before it is frozen.
  package init(capacity: Int, idleTimeout: Duration, freezeDelay: Duration) {
    self.capacity = capacity
    self.idleTimeout = idleTimeout
    self.freezeDelay = freezeDelay
  }

  /// Environments that exist, those about to end included.
  package var count: Int { environments.count }

  /// Work has arrived: it runs on the environment used last, waits for one that is about to be free, or starts one.
  package mutating func submit(
    _ work: Work, key: Key, at now: MonotonicTime, spec: @autoclosure () -> Spec
  ) -> [Action] {
    if isDraining { return [.refuse(work)] }
    if let id = groups[key]?.idle.popLast() {
      environments[id]?.state = .busy
      return [.run(work, on: id)]
    }
    if let failure = crashLoops[key]?.failure(at: now), !isAboutToBeFree(key) { return [.fail(work, failure)] }
    if groups[key] == nil { groups[key] = Group(spec: spec()) }
    update(key) { $0.waiting.append(work) }
    if environments.count < capacity { return groups[key].map { $0.unmet > 0 } ?? false ? [start(key, at: now)] : [] }
    // Work that takes what others wait for makes them unmet: it is the newest, and is the one that is refused.
    return makeRoom(for: key, at: now)
  }

  /// The environment waits for work: its runtime has asked for the next.
  package mutating func available(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    guard let environment = environments[id] else { return [] }
    if case .ending = environment.state { return [] }
    if case .starting(let since) = environment.state {
      groups[environment.key]?.startCost = now - since
      crashLoops[environment.key] = nil
    }
    leave(environment)
    environments[id]?.state = .busy
    if let work = takeWaiting(environment.key) { return [.run(work, on: id)] }
    if retired.contains(environment.key) { return [end(id)] }
    if environments.count >= capacity, unmet > endingCount { return [end(id)] }
    environments[id]?.state = .idle(since: now)
    groups[environment.key]?.idle.append(id)
    unfrozen.append((id, now))
    return []
  }

  /// The environment has answered; it will ask for the next work presently.
  package mutating func finishing(_ id: EnvironmentID) {
    guard let environment = environments[id], case .busy = environment.state else { return }
    environments[id]?.state = .finishing
    update(environment.key) { $0.finishing += 1 }
  }

  /// The environment should have asked for work by now: whoever waits for it gets another one.
  package mutating func overdue(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    guard let environment = environments[id], case .finishing = environment.state else { return [] }
    leave(environment)
    environments[id]?.state = .busy
    var actions = replenish(at: now)
    while unmet > 0, let key = groups.first(where: { $0.value.unmet > 0 })?.key {
      let more = makeRoom(for: key, at: now)
      if more.isEmpty { break }
      actions += more
    }
    return actions
  }

  /// The environment is told to end, for a reason of its own: whoever waits for it gets another one.
  package mutating func ending(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    guard environments[id] != nil else { return [] }
    _ = end(id)
    return replenish(at: now)
  }

  /// The environment is gone.
  ///
  /// - Parameters:
  ///   - failure: what the work comes to for which it was started.
  ///   - repeated: what other work comes to while no start is tried, if this one goes on failing; nil: the cause is none
  ///     that the next environment would meet.
  package mutating func ended(
    _ id: EnvironmentID, _ failure: Failure, repeated: Failure?, at now: MonotonicTime
  ) -> [Action] {
    guard let environment = environments.removeValue(forKey: id) else { return [] }
    leave(environment)
    if case .ending = environment.state { endingCount -= 1 }
    groups[environment.key]?.idle.removeAll { $0 == id }
    groups[environment.key]?.size -= 1
    var actions: [Action] = []
    if case .starting(let since) = environment.state {
      if let repeated {
        crashLoops[environment.key] = CrashLoop(
          repeated, after: crashLoops[environment.key], startedAt: since, at: now)
      }
      if let work = takeWaiting(environment.key) { actions.append(.fail(work, failure)) }
    }
    forgetIfUnused(environment.key)
    return actions + replenish(at: now)
  }

  /// The key's version was replaced or deleted: idle environments end now, busy ones after their work.
  package mutating func retire(_ key: Key) -> [Action] {
    crashLoops[key] = nil
    guard let group = groups[key] else { return [] }
    retired.insert(key)
    return group.idle.map { end($0) }
  }

  /// The key is in use again: its environments are kept.
  package mutating func readmit(_ key: Key) { retired.remove(key) }

  /// When to call `freeze` next; nil: nothing is to be frozen.
  package var freezeDue: MonotonicTime? { unfrozen.first?.since.advanced(by: freezeDelay) }

  /// Freezes what has been idle for the freeze delay. Work thaws it again; that needs no word.
  package mutating func freeze(at now: MonotonicTime) -> [Action] {
    let due = unfrozen.prefix { now - $0.since >= freezeDelay }
    unfrozen.removeFirst(due.count)
    return due.compactMap { id, since in
      guard case .idle(since: since)? = environments[id]?.state else { return nil }
      environments[id]?.state = .frozen(since: since)
      return .freeze(id)
    }
  }

  /// Ends what has been idle for too long.
  package mutating func reap(at now: MonotonicTime) -> [Action] {
    crashLoops = crashLoops.filter { !$0.value.isForgotten(at: now) }
    let expired = environments.filter { _, environment in
      environment.idleSince.map { now - $0 >= idleTimeout } ?? false
    }
    return expired.keys.map { end($0) }
  }

  /// Memory is short: ends an eighth of what is idle, one at least, the least valuable first. Whether that was enough is
  /// for the next look to tell.
  package mutating func relieve(at now: MonotonicTime) -> [Action] {
    let idle = idleByValue(at: now).sorted { $0.value < $1.value }
    return idle.prefix((idle.count + 7) / 8).map { end($0.id) }
  }

  /// Ends everything and takes nothing more; for shutdown.
  package mutating func endAll() -> [Action] {
    isDraining = true
    var actions = environments.keys.map { end($0) }
    for key in groups.keys {
      actions += (groups[key]?.waiting ?? []).map { .refuse($0) }
      update(key) { $0.waiting = [] }
    }
    return actions
  }

  private mutating func start(_ key: Key, at now: MonotonicTime) -> Action {
    lastID += 1
    let id = EnvironmentID(number: lastID)
    environments[id] = Environment(key: key, state: .starting(since: now))
    update(key) {
      $0.starting += 1
      $0.size += 1
    }
    return groups[key].map { .start(id, $0.spec) } ?? .end(id)
  }

  private mutating func end(_ id: EnvironmentID) -> Action {
    guard let environment = environments[id] else { return .end(id) }
    switch environment.state {
    // An environment that ends while starting keeps its state, so that its work is failed when it is gone.
    case .starting, .ending: return .end(id)
    case .idle, .frozen, .busy, .finishing: break
    }
    leave(environment)
    groups[environment.key]?.idle.removeAll { $0 == id }
    environments[id]?.state = .ending
    endingCount += 1
    return .end(id)
  }

  /// Takes the environment out of the counts of its present state.
  private mutating func leave(_ environment: Environment) {
    switch environment.state {
    case .starting: update(environment.key) { $0.starting -= 1 }
    case .finishing: update(environment.key) { $0.finishing -= 1 }
    case .idle, .frozen, .busy, .ending: break
    }
  }

  /// Changes a group, and the sums with it.
  private mutating func update(_ key: Key, _ change: (inout Group) -> Void) {
    guard let index = groups.index(forKey: key) else { return }
    unmet -= groups.values[index].unmet
    spare -= groups.values[index].spare
    change(&groups.values[index])
    unmet += groups.values[index].unmet
    spare += groups.values[index].spare
  }

  private mutating func takeWaiting(_ key: Key) -> Work? {
    guard let group = groups[key], !group.waiting.isEmpty else { return nil }
    let work = group.waiting.first
    update(key) { $0.waiting.removeFirst() }
    return work
  }

  /// Whether an environment will be free that no work waits for.
  private func isAboutToBeFree(_ key: Key) -> Bool { (groups[key]?.spare ?? 0) > 0 }

  private mutating func replenish(at now: MonotonicTime) -> [Action] {
    guard !isDraining, unmet > 0 else { return [] }
    var actions: [Action] = []
    for key in groups.keys {
      while environments.count < capacity, let group = groups[key], group.unmet > 0 {
        actions.append(start(key, at: now))
      }
    }
    return actions
  }

  /// On a full host something idle makes room, or work waits for what is about to be free, or it is refused.
  private mutating func makeRoom(for key: Key, at now: MonotonicTime) -> [Action] {
    // Each environment that is ending makes room for one that is wanted.
    guard unmet > endingCount else { return [] }
    if let victim = idleByValue(at: now).min(by: { $0.value < $1.value }) { return [end(victim.id)] }
    guard unmet > endingCount + spare else { return [] }
    return refuseNewest(of: key)
  }

  private mutating func refuseNewest(of key: Key) -> [Action] {
    guard let work = groups[key]?.waiting.last else { return [] }
    update(key) { $0.waiting.removeLast() }
    forgetIfUnused(key)
    return [.refuse(work)]
  }

  private mutating func forgetIfUnused(_ key: Key) {
    guard let group = groups[key], group.size == 0, group.waiting.isEmpty else { return }
    groups[key] = nil
    retired.remove(key)
  }

  /// What each idle environment is worth: the time that another start would take, over the time that nobody has asked
  /// for it, which is the best guess of when somebody will.
  private func idleByValue(at now: MonotonicTime) -> [(id: EnvironmentID, value: Double)] {
    environments.compactMap { id, environment in
      guard let since = environment.idleSince else { return nil }
      let cost = max(.milliseconds(1), groups[environment.key]?.startCost ?? .zero)
      return (id, cost / max(.microseconds(1), now - since))
    }
  }
}
