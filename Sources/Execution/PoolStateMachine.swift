package import Core

/// Names one execution environment of this server process.
package struct EnvironmentID: Hashable, Sendable {
  let number: UInt64
}

/// Decides which environment runs which work, when environments start, freeze and end. Pure.
///
/// `Work` is one invocation; `Spec` is what an environment is started from; `Failure` is why none
/// takes the work. Environments of one key are interchangeable; those of different keys never share anything.
package struct PoolStateMachine<Key: Hashable & Sendable, Spec: Sendable, Work: Sendable, Failure: Sendable>: Sendable {
  package enum Action {
    case run(Work, on: EnvironmentID)
    case start(EnvironmentID, Spec)
    /// Nothing has been asked of the environment for a while.
    case freeze(EnvironmentID)
    /// Started without work, to be kept.
    case startAhead(EnvironmentID, Spec)
    case end(EnvironmentID)
    /// The host is full and nothing is idle.
    case refuse(Work)
    /// No environment could be made for this work; or those before it failed again and again, and it is too early for
    /// another.
    case fail(Work, Failure)
    /// The runtime that was started for this work ended before it was ready: another environment is started for it alone,
    /// and has it from the start.
    case startAgain(EnvironmentID, Spec, for: Work)
  }

  /// How an environment came to its end.
  package enum End {
    /// Its runtime ran. What other work comes to while no start is tried, if environments go on failing so; nil: its init
    /// phase did not fail, or the cause is none that the next environment would meet.
    case afterStart(repeated: Failure?)
    /// Its sandbox was never made. What its work comes to.
    case beforeStart(Failure)
  }

  typealias Environment = PoolEnvironment<Key>
  typealias Group = PoolGroup<Spec, Work>

  let capacity: Int
  private let idleTimeout: Duration
  private let freezeDelay: Duration
  let lifetime: Duration
  private let owner: @Sendable (Key, Spec) -> PoolOwner
  private var lastID: UInt64 = 0
  private(set) var environments: [EnvironmentID: Environment] = [:]
  private(set) var groups: [Key: Group] = [:]
  private var retired: Set<Key> = []
  private var crashLoops: [Key: CrashLoop<Failure>] = [:]
  /// What became idle and is not frozen yet, the first first. What has had work since then is passed over.
  private var unfrozen: [(id: EnvironmentID, since: MonotonicTime)] = []
  private(set) var isDraining = false
  // Sums over all groups and environments, kept so that a full host costs a request no walk through them.
  private(set) var unmet = 0
  private(set) var spare = 0
  private(set) var endingCount = 0

  /// - Parameters:
  ///   - capacity: environments at once, over all keys.
  ///   - idleTimeout: how long an environment may wait for work before it is ended.
  ///   - freezeDelay: how long before it is frozen.
  ///   - lifetime: how old an environment gets at least before it takes no more work; a sixth more at most.
  ///   - owner: among whom a full host is shared; each key by itself where none is given.
  package init(
    capacity: Int, idleTimeout: Duration, freezeDelay: Duration, lifetime: Duration,
    owner: @escaping @Sendable (Key, Spec) -> PoolOwner = { key, _ in PoolOwner(account: "", function: "\(key)") }
  ) {
    self.capacity = capacity
    self.idleTimeout = idleTimeout
    self.freezeDelay = freezeDelay
    self.lifetime = lifetime
    self.owner = owner
  }

  /// Environments that exist, those about to end included.
  package var count: Int { environments.count }

  /// Work has arrived: it runs on the environment used last, waits for one that is about to be free, or starts one.
  package mutating func submit(
    _ work: Work, key: Key, at now: MonotonicTime, spec: @autoclosure () -> Spec
  ) -> [Action] {
    if isDraining { return [.refuse(work)] }
    if let index = groups.index(forKey: key), let id = groups.values[index].idle.popLast() {
      environments[id]?.state = .busy
      takeFromStock(id)
      return [.run(work, on: id)]
    }
    if let failure = crashLoops[key]?.failure(at: now), groups[key]?.spare ?? 0 == 0 { return [.fail(work, failure)] }
    addGroup(key, spec: spec())
    update(key) { $0.waiting.append(work) }
    if environments.count < capacity { return groups[key].map { $0.unmet > 0 } ?? false ? [start(key, at: now)] : [] }
    // Work that takes what others wait for makes them unmet: it is the newest, and is the one that is refused.
    return makeRoom(for: key, at: now)
  }

  /// The environment waits for work: its runtime has asked for the next.
  package mutating func available(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    guard let index = environments.index(forKey: id), !environments.values[index].isEnding else { return [] }
    let environment = environments.values[index]
    if case .starting(let since) = environment.state { groups[environment.key]?.startCost = now - since }
    initialised(id)
    leave(environment)
    environments.values[index].state = .busy
    if isOld(environment, at: now) { return [end(id)] + replenish(at: now) }
    if mustMakeRoom(environment, at: now) { return [end(id)] + refuseUncovered(environment.key) }
    if let work = takeWaiting(environment.key) {
      takeFromStock(id)
      return [.run(work, on: id)]
    }
    if retired.contains(environment.key) { return [end(id)] }
    if !isKept(environment), environments.count >= capacity, unmet > endingCount { return [end(id)] }
    environments.values[index].state = .idle(since: now)
    // What has worked before is used first: it is warm.
    if addToStock(id, environment) {
      groups[environment.key]?.idle.insert(id, at: 0)
    } else {
      groups[environment.key]?.idle.append(id)
    }
    unfrozen.append((id, now))
    return []
  }

  /// The environment has answered; it will ask for the next work presently.
  package mutating func finishing(_ id: EnvironmentID) {
    guard let index = environments.index(forKey: id), case .busy = environments.values[index].state else { return }
    initialised(id)
    environments.values[index].state = .finishing
    update(environments.values[index].key) { $0.finishing += 1 }
  }

  /// The environment should have asked for work by now: whoever waits for it gets another one.
  package mutating func overdue(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    guard let environment = environments[id], case .finishing = environment.state else { return [] }
    leave(environment)
    environments[id]?.state = .busy
    var actions = replenish(at: now)
    for key in unmet > 0 ? Array(groups.keys) : [] {
      while groups[key]?.unmet ?? 0 > 0 {
        let more = makeRoom(for: key, at: now)
        if more.isEmpty { break }
        actions += more
      }
    }
    return actions
  }

  /// The environment is told to end, for a reason of its own: whoever waits for it gets another one.
  package mutating func ending(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    guard environments[id] != nil else { return [] }
    _ = end(id)
    return replenish(at: now)
  }

  /// The environment is gone. Work gets a second environment at most: one that it was started for alone is busy.
  package mutating func ended(_ id: EnvironmentID, _ end: End, at now: MonotonicTime) -> [Action] {
    guard let environment = environments.removeValue(forKey: id) else { return [] }
    leave(environment)
    update(environment.key) {
      $0.idle.removeAll { $0 == id }
      $0.size -= 1
      if environment.isEnding { $0.ending -= 1 }
    }
    if case .afterStart(let failure?) = end { noteFailure(failure, of: environment, at: now) }
    var actions: [Action] = []
    if case .starting = environment.state, let work = takeWaiting(environment.key) {
      switch end {
      case .afterStart: actions.append(startAgain(environment.key, for: work, at: now))
      case .beforeStart(let failure): actions.append(.fail(work, failure))
      }
    }
    forgetIfUnused(environment.key)
    return actions + replenish(at: now)
  }

  /// What such keys stand for was replaced or deleted: idle environments end now, busy ones after their work.
  package mutating func retire(_ matches: (Key) -> Bool) -> [Action] {
    crashLoops = crashLoops.filter { !matches($0.key) }
    return groups.keys.filter(matches).flatMap { retire($0) }
  }

  /// Such keys are in use again: their environments are kept.
  package mutating func readmit(_ matches: (Key) -> Bool) { retired = retired.filter { !matches($0) } }

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
    // With those that have worked since: else each request would have a timer. A copy, lest the whole list be copied.
    let past = Array(
      unfrozen.prefix { now - $0.since >= freezeDelay || environments[$0.id]?.isIdle(since: $0.since) != true })
    unfrozen.removeFirst(past.count)
    return past.compactMap { id, since in
      guard environments[id]?.isIdle(since: since) == true else { return nil }
      environments[id]?.state = .frozen(since: since)
      return .freeze(id)
    }
  }

  /// Ends what has been idle for too long, and sees to what is kept.
  package mutating func reap(at now: MonotonicTime) -> [Action] {
    crashLoops = crashLoops.filter { !$0.value.isForgotten(at: now) }
    let expired = environments.filter { _, environment in
      guard let since = environment.idleSince, !environment.isAhead else { return false }
      return now - since >= idleTimeout
    }
    return expired.keys.map { end($0) } + endOld(at: now) + refuseOverdue() + balance(at: now)
  }

  /// Memory is short: ends an eighth of what is idle on demand, one at least, the least valuable first. Whether that was
  /// enough is for the next look to tell; stocks have been given up before.
  package mutating func relieve(at now: MonotonicTime) -> [Action] {
    let idle = idleByValue(at: now) { environment, _ in !environment.isAhead }.sorted { $0.value < $1.value }
    return idle.prefix((idle.count + 7) / 8).map { end($0.id) }
  }

  /// Ends everything and takes nothing more; for shutdown.
  package mutating func endAll() -> [Action] {
    isDraining = true
    var actions = environments.keys.map { end($0) }
    for key in groups.keys {
      update(key) { actions += $0.waiting.removeAll().map { .refuse($0) } }
    }
    return actions
  }

  /// Starts an environment that work waits for.
  private mutating func start(_ key: Key, at now: MonotonicTime) -> Action {
    noteTaken(key)
    let id = add(key, .starting(since: now), at: now)
    return groups[key].map { .start(id, $0.spec) } ?? .end(id)
  }

  mutating func startAhead(_ key: Key, _ spec: Spec, at now: MonotonicTime) -> Action {
    let id = add(key, .starting(since: now), at: now)
    set(id, isAhead: true)
    return .startAhead(id, spec)
  }

  mutating func set(_ id: EnvironmentID, isAhead: Bool) { environments[id]?.isAhead = isAhead }

  /// Takes the place of an environment that has just ended, whatever became of others before: this is the work's own try.
  private mutating func startAgain(_ key: Key, for work: Work, at now: MonotonicTime) -> Action {
    let id = add(key, .busy, at: now)
    environments[id]?.secondSince = now
    return groups[key].map { .startAgain(id, $0.spec, for: work) } ?? .refuse(work)
  }

  private mutating func add(_ key: Key, _ state: Environment.State, at now: MonotonicTime) -> EnvironmentID {
    lastID += 1
    let id = EnvironmentID(number: lastID)
    environments[id] = Environment(key: key, state: state, oldAt: now.advanced(by: lifetime(of: id)))
    update(key) {
      $0.size += 1
      if case .starting = state { $0.starting += 1 }
    }
    return id
  }

  /// The runtime has asked for work, or has answered the work that it was started for alone.
  private mutating func initialised(_ id: EnvironmentID) {
    guard let environment = environments[id], !environment.isInitialised else { return }
    environments[id]?.isInitialised = true
    crashLoops[environment.key] = nil
  }

  /// Counts failures of second init phases: a first one that failed is not the last word yet.
  private mutating func noteFailure(_ failure: Failure, of environment: Environment, at now: MonotonicTime) {
    guard let start = environment.secondSince, !environment.isInitialised else { return }
    let key = environment.key
    crashLoops[key] = CrashLoop(failure, after: crashLoops[key], startedAt: start, at: now)
  }

  mutating func end(_ id: EnvironmentID) -> Action {
    guard let environment = environments[id] else { return .end(id) }
    switch environment.state {
    // An environment that ends while starting keeps its state, so that its work is failed when it is gone.
    case .starting, .ending: return .end(id)
    case .idle, .frozen, .busy, .finishing: break
    }
    leave(environment)
    environments[id]?.state = .ending
    update(environment.key) {
      $0.idle.removeAll { $0 == id }
      $0.ending += 1
    }
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
  mutating func update(_ key: Key, _ change: (inout Group) -> Void) {
    guard let index = groups.index(forKey: key) else { return }
    let more = groups.values[index].difference(change)
    unmet += more.unmet
    spare += more.spare
    endingCount += more.ending
  }

  mutating func takeWaiting(_ key: Key) -> Work? {
    var work: Work?
    update(key) { work = $0.waiting.popFirst() }
    return work
  }

  private mutating func replenish(at now: MonotonicTime) -> [Action] {
    guard !isDraining, unmet > 0 else { return [] }
    var actions: [Action] = []
    while environments.count < capacity, let key = neediestKey(at: now) { actions.append(start(key, at: now)) }
    return actions
  }

  /// On a full host something idle makes room, or work waits for what is about to be free, or, where its owner has less
  /// than its share, for what another has too much; otherwise it is refused.
  private mutating func makeRoom(for key: Key, at now: MonotonicTime) -> [Action] {
    // Each environment that is ending makes room for one that is wanted.
    guard unmet > endingCount else { return [] }
    let balance = hostBalance(at: now)
    if let victim = victim(for: key, balance, at: now) { return [end(victim)] }
    guard unmet > endingCount + spare else { return [] }
    if let owner = groups[key]?.owner, balance.isWithin(owner) { return [] }
    return refuseNewest(of: key)
  }

  /// Refuses what waited for an environment that made room for others.
  private mutating func refuseUncovered(_ key: Key) -> [Action] {
    guard let group = groups[key], group.unmet > 0, unmet > endingCount else { return [] }
    return refuseNewest(of: key)
  }

  private mutating func refuseNewest(of key: Key) -> [Action] {
    var work: Work?
    update(key) { work = $0.waiting.popLast() }
    guard let work else { return [] }
    forgetIfUnused(key)
    return [.refuse(work)]
  }

  mutating func forgetIfUnused(_ key: Key) {
    guard let group = groups[key], group.size == 0, group.waiting.isEmpty, group.kept == 0, !group.isStock
    else { return }
    groups[key] = nil
    retired.remove(key)
  }

  mutating func addGroup(_ key: Key, spec: @autoclosure () -> Spec) {
    guard groups[key] == nil else { return }
    let spec = spec()
    groups[key] = Group(spec: spec, owner: owner(key, spec))
  }

  /// Of what may make room for others; a stock gives way last.
  ///
  /// - Parameter isEligible: whether the key's idle environment may be ended that has been idle since then.
  func leastValuable(
    at now: MonotonicTime, where isEligible: (Key, MonotonicTime) -> Bool = { _, _ in true }
  ) -> EnvironmentID? {
    func least(_ isMeant: (Environment) -> Bool) -> EnvironmentID? {
      let idle = idleByValue(at: now) { environment, since in
        isMeant(environment) && isEligible(environment.key, since)
      }
      return idle.min { $0.value < $1.value }?.id
    }
    return least { !$0.isAhead } ?? least { $0.isAhead && !isKept($0) }
  }

  /// What each such idle environment is worth: the time that another start would take, over the time that nobody has asked
  /// for it, which is the best guess of when somebody will.
  private func idleByValue(
    at now: MonotonicTime, where isMeant: (Environment, MonotonicTime) -> Bool
  ) -> [(id: EnvironmentID, value: Double)] {
    environments.compactMap { id, environment in
      guard let since = environment.idleSince, isMeant(environment, since) else { return nil }
      let cost = max(.milliseconds(1), groups[environment.key]?.startCost ?? .zero)
      return (id, cost / max(.microseconds(1), now - since))
    }
  }
}
