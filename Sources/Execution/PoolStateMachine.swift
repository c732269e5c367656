package import Core

/// Names one execution environment of this server process.
package struct EnvironmentID: Hashable, Sendable {
  let number: UInt64
}

/// Decides which environment runs which work, when environments start and when they end. Pure.
///
/// `Work` is one invocation; `Spec` is what an environment is started from. Environments of one key are
/// interchangeable; those of different keys never share anything.
package struct PoolStateMachine<Key: Hashable & Sendable, Spec: Sendable, Work: Sendable>: Sendable {
  package enum Action {
    case run(Work, on: EnvironmentID)
    case start(EnvironmentID, Spec)
    /// Started without work, to be kept.
    case startAhead(EnvironmentID, Spec)
    case end(EnvironmentID)
    /// The host is full and nothing is idle.
    case refuse(Work)
    /// The environment that was started for this work ended before it was ready.
    case fail(Work)
  }

  enum State {
    /// Until the runtime asks for work the first time.
    case starting
    case idle(since: MonotonicTime)
    case busy
    /// Has answered and is about to ask for the next work.
    case finishing
    /// Told to end; counts until it is gone.
    case ending
  }

  struct Environment {
    let key: Key
    var state: State
    /// Started without work, to be kept.
    var isAhead = false
    /// Has asked for work once.
    var isInitialised = false

    var isIdle: Bool { if case .idle = state { true } else { false } }
    var isBusy: Bool { if case .busy = state { true } else { false } }
    var isEnding: Bool { if case .ending = state { true } else { false } }
  }

  struct Group {
    let spec: Spec
    let owner: PoolOwner
    /// Most recently used last.
    var idle: [EnvironmentID] = []
    var waiting = WorkQueue<Work>()
    var starting = 0
    var finishing = 0
    var size = 0
    /// How many environments are to be kept initialised ahead of work.
    var kept = 0
    /// Until when none is started ahead, after an init phase that failed.
    var heldUntil: MonotonicTime?

    /// Work that no environment on its way will take.
    var unmet: Int { waiting.count - starting - finishing }
    /// Environments about to be free that no work of the key waits for: on a full host they make room for others.
    var spare: Int { max(0, min(finishing, -unmet)) }
  }

  let capacity: Int
  private let idleTimeout: Duration
  private let owner: @Sendable (Key, Spec) -> PoolOwner
  /// When the machine was last told the time.
  private(set) var clock = MonotonicTime(nanoseconds: 0)
  private var lastID: UInt64 = 0
  var environments: [EnvironmentID: Environment] = [:]
  var groups: [Key: Group] = [:]
  private var retired: Set<Key> = []
  var isDraining = false

  /// - Parameters:
  ///   - capacity: environments at once, over all keys.
  ///   - idleTimeout: how long an environment may wait for work before it is ended.
  ///   - owner: among whom a full host is shared; each key by itself where none is given.
  package init(
    capacity: Int, idleTimeout: Duration,
    owner: @escaping @Sendable (Key, Spec) -> PoolOwner = { key, _ in PoolOwner(account: "", function: "\(key)") }
  ) {
    self.capacity = capacity
    self.idleTimeout = idleTimeout
    self.owner = owner
  }

  /// Environments that exist, those about to end included.
  package var count: Int { environments.count }

  /// Work has arrived: it runs on the environment used last, waits for one that is about to be free, or starts one.
  package mutating func submit(_ work: Work, key: Key, spec: @autoclosure () -> Spec) -> [Action] {
    if isDraining { return [.refuse(work)] }
    if let id = groups[key]?.idle.popLast() {
      environments[id]?.state = .busy
      return [.run(work, on: id)]
    }
    if groups[key] == nil { addGroup(key, spec()) }
    groups[key]?.waiting.append(work)
    guard let group = groups[key] else { return [] }
    if environments.count < capacity { return group.unmet > 0 ? [start(key)] : [] }
    // Work that takes what others wait for makes them unmet: it is the newest, and is the one that is refused.
    return makeRoom(for: key)
  }

  /// The environment waits for work: its runtime has asked for the next.
  package mutating func available(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    clock = max(clock, now)
    guard let environment = environments[id] else { return [] }
    if case .ending = environment.state { return [] }
    leave(environment)
    environments[id]?.state = .busy
    environments[id]?.isInitialised = true
    if retired.contains(environment.key), groups[environment.key]?.waiting.isEmpty ?? true { return [end(id)] }
    if mustMakeRoom(environment) { return [end(id)] + refuseUncovered(environment.key) }
    if let work = groups[environment.key]?.waiting.popFirst() { return [.run(work, on: id)] }
    if !environment.isAhead, environments.count >= capacity, totalUnmet > endingCount { return [end(id)] }
    environments[id]?.state = .idle(since: now)
    groups[environment.key]?.idle.append(id)
    return []
  }

  /// The environment has answered; it will ask for the next work presently.
  package mutating func finishing(_ id: EnvironmentID) {
    guard let environment = environments[id], case .busy = environment.state else { return }
    environments[id]?.state = .finishing
    groups[environment.key]?.finishing += 1
  }

  /// The environment should have asked for work by now: whoever waits for it gets another one.
  package mutating func overdue(_ id: EnvironmentID) -> [Action] {
    guard let environment = environments[id], case .finishing = environment.state else { return [] }
    leave(environment)
    environments[id]?.state = .busy
    var actions = replenish()
    for key in groups.keys {
      while groups[key]?.unmet ?? 0 > 0 {
        let more = makeRoom(for: key)
        if more.isEmpty { break }
        actions += more
      }
    }
    return actions
  }

  /// The environment is told to end, for a reason of its own: whoever waits for it gets another one.
  package mutating func ending(_ id: EnvironmentID) -> [Action] {
    guard environments[id] != nil else { return [] }
    _ = end(id)
    return replenish()
  }

  /// The environment is gone.
  package mutating func ended(_ id: EnvironmentID) -> [Action] {
    guard let environment = environments.removeValue(forKey: id) else { return [] }
    leave(environment)
    groups[environment.key]?.idle.removeAll { $0 == id }
    groups[environment.key]?.size -= 1
    var actions: [Action] = []
    if case .starting = environment.state, let work = groups[environment.key]?.waiting.popFirst() {
      actions.append(.fail(work))
    }
    forgetIfUnused(environment.key)
    return actions + replenish()
  }

  /// What such keys stand for was replaced or deleted: idle environments end now, busy ones after their work.
  package mutating func retire(_ matches: (Key) -> Bool) -> [Action] {
    groups.keys.filter(matches).flatMap { retire($0) }
  }

  /// Such keys are in use again: their environments are kept.
  package mutating func readmit(_ matches: (Key) -> Bool) { retired = retired.filter { !matches($0) } }

  /// The key's version was replaced or deleted: idle environments end now, busy ones after their work.
  package mutating func retire(_ key: Key) -> [Action] {
    guard let group = groups[key] else { return [] }
    retired.insert(key)
    return group.idle.map { end($0) }
  }

  /// The key is in use again: its environments are kept.
  package mutating func readmit(_ key: Key) { retired.remove(key) }

  /// Ends what has been idle for too long, and sees to what is kept.
  package mutating func reap(at now: MonotonicTime) -> [Action] {
    clock = max(clock, now)
    let expired = environments.filter { _, environment in
      guard case .idle(let since) = environment.state, !environment.isAhead else { return false }
      return now - since >= idleTimeout
    }
    return expired.keys.map { end($0) } + refuseOverdue() + balance(at: now)
  }

  /// Ends everything and takes nothing more; for shutdown.
  package mutating func endAll() -> [Action] {
    isDraining = true
    var actions = environments.keys.map { end($0) }
    for key in groups.keys {
      actions += (groups[key]?.waiting.removeAll() ?? []).map { .refuse($0) }
    }
    return actions
  }

  mutating func start(_ key: Key) -> Action {
    lastID += 1
    let id = EnvironmentID(number: lastID)
    environments[id] = Environment(key: key, state: .starting)
    groups[key]?.starting += 1
    groups[key]?.size += 1
    return groups[key].map { .start(id, $0.spec) } ?? .end(id)
  }

  mutating func end(_ id: EnvironmentID) -> Action {
    if let environment = environments[id] {
      // An environment that ends while starting keeps its state, so that its work is failed when it is gone.
      guard case .starting = environment.state else {
        leave(environment)
        groups[environment.key]?.idle.removeAll { $0 == id }
        environments[id]?.state = .ending
        return .end(id)
      }
    }
    return .end(id)
  }

  /// Takes the environment out of the counts of its present state.
  private mutating func leave(_ environment: Environment) {
    switch environment.state {
    case .starting: groups[environment.key]?.starting -= 1
    case .finishing: groups[environment.key]?.finishing -= 1
    case .idle, .busy, .ending: break
    }
  }

  private mutating func replenish() -> [Action] {
    guard !isDraining else { return [] }
    var actions: [Action] = []
    while environments.count < capacity, let key = neediestKey() { actions.append(start(key)) }
    return actions
  }

  /// On a full host something idle makes room, or work waits for what is about to be free, or, where its owner has less
  /// than its share, for what another has too much; otherwise it is refused.
  private mutating func makeRoom(for key: Key) -> [Action] {
    // Each environment that is ending makes room for one that is wanted.
    guard totalUnmet > endingCount else { return [] }
    let balance = hostBalance()
    if let victim = victim(for: key, balance) { return [end(victim)] }
    guard totalUnmet > endingCount + groups.values.reduce(0, { $0 + $1.spare }) else { return [] }
    if let owner = groups[key]?.owner, balance.isWithin(owner) { return [] }
    return refuseNewest(of: key)
  }

  /// Refuses what waited for an environment that made room for others.
  private mutating func refuseUncovered(_ key: Key) -> [Action] {
    guard let group = groups[key], group.unmet > 0, totalUnmet > endingCount else { return [] }
    return refuseNewest(of: key)
  }

  mutating func addGroup(_ key: Key, _ spec: Spec) { groups[key] = Group(spec: spec, owner: owner(key, spec)) }

  private mutating func refuseNewest(of key: Key) -> [Action] {
    guard let work = groups[key]?.waiting.popLast() else { return [] }
    forgetIfUnused(key)
    return [.refuse(work)]
  }

  mutating func forgetIfUnused(_ key: Key) {
    guard let group = groups[key], group.size == 0, group.waiting.isEmpty, group.kept == 0 else { return }
    groups[key] = nil
    retired.remove(key)
  }

  var totalUnmet: Int { groups.values.reduce(0) { $0 + max(0, $1.unmet) } }

  var endingCount: Int {
    environments.values.count {
      if case .ending = $0.state { true } else { false }
    }
  }

  func leastRecentlyIdle(where isEligible: (Environment) -> Bool = { _ in true }) -> EnvironmentID? {
    let idle = environments.compactMap { id, environment -> (EnvironmentID, MonotonicTime)? in
      guard case .idle(let since) = environment.state, !environment.isAhead, isEligible(environment) else {
        return nil
      }
      return (id, since)
    }
    return idle.min { $0.1 < $1.1 }?.0
  }
}
