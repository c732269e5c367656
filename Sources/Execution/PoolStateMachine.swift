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
    /// Nothing has been asked of the environment for a while.
    case freeze(EnvironmentID)
    /// Started without work, to be kept.
    case startAhead(EnvironmentID, Spec)
    case end(EnvironmentID)
    /// The host is full and nothing is idle.
    case refuse(Work)
    /// No environment could be made for this work.
    case fail(Work)
    /// The runtime that was started for this work ended before it was ready: another environment is started for it alone,
    /// and has it from the start.
    case startAgain(EnvironmentID, Spec, for: Work)
  }

  /// How an environment came to its end.
  package enum End {
    /// Its runtime ran.
    case afterStart
    /// Its sandbox was never made.
    case beforeStart
  }

  enum State {
    /// Until the runtime asks for work the first time.
    case starting
    case idle(since: MonotonicTime)
    /// Idle, and told to freeze.
    case frozen(since: MonotonicTime)
    case busy
    /// Has answered and is about to ask for the next work.
    case finishing
    /// Told to end; counts until it is gone.
    case ending
  }

  struct Environment {
    let key: Key
    var state: State
    /// Started without work, to be kept; of a stock: until it is taken.
    var isAhead = false
    /// Has asked for work once.
    var isInitialised = false

    /// nil while it does not wait for work.
    var idleSince: MonotonicTime? {
      switch state {
      case .idle(let since), .frozen(let since): since
      case .starting, .busy, .finishing, .ending: nil
      }
    }
    var isIdle: Bool { idleSince != nil }
    var isBusy: Bool { if case .busy = state { true } else { false } }
    var isEnding: Bool { if case .ending = state { true } else { false } }
  }

  struct Group {
    let spec: Spec
    /// Most recently used last.
    var idle: [EnvironmentID] = []
    var waiting: [Work] = []
    var starting = 0
    var finishing = 0
    var size = 0
    /// How many environments are to be kept initialised ahead of work.
    var kept = 0
    /// Whether what is kept is a stock, to be taken, and not there for good.
    var isStock = false
    /// Environments that work has needed beyond those that were there, since the last look.
    var taken = 0
    /// Until when none is started ahead, after an init phase that failed.
    var heldUntil: MonotonicTime?

    /// Work that no environment on its way will take.
    var unmet: Int { waiting.count - starting - finishing }
    /// Environments about to be free that no work of the key waits for: on a full host they make room for others.
    var spare: Int { max(0, min(finishing, -unmet)) }
  }

  let capacity: Int
  private let idleTimeout: Duration
  private let freezeDelay: Duration
  private var lastID: UInt64 = 0
  var environments: [EnvironmentID: Environment] = [:]
  var groups: [Key: Group] = [:]
  private var retired: Set<Key> = []
  /// What became idle and is not frozen yet, the first first. What has had work since then is passed over.
  private var unfrozen: [(id: EnvironmentID, since: MonotonicTime)] = []
  var isDraining = false

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
  package mutating func submit(_ work: Work, key: Key, spec: @autoclosure () -> Spec) -> [Action] {
    if isDraining { return [.refuse(work)] }
    if let id = groups[key]?.idle.popLast() {
      environments[id]?.state = .busy
      takeFromStock(id)
      return [.run(work, on: id)]
    }
    groups[key, default: Group(spec: spec())].waiting.append(work)
    guard let group = groups[key] else { return [] }
    if environments.count < capacity { return group.unmet > 0 ? [start(key)] : [] }
    // Work that takes what others wait for makes them unmet: it is the newest, and is the one that is refused.
    return makeRoom(for: key)
  }

  /// The environment waits for work: its runtime has asked for the next.
  package mutating func available(_ id: EnvironmentID, at now: MonotonicTime) -> [Action] {
    guard let environment = environments[id] else { return [] }
    if case .ending = environment.state { return [] }
    leave(environment)
    environments[id]?.state = .busy
    environments[id]?.isInitialised = true
    if retired.contains(environment.key), groups[environment.key]?.waiting.isEmpty ?? true { return [end(id)] }
    if let work = groups[environment.key]?.waiting.popFirstElement() {
      takeFromStock(id)
      return [.run(work, on: id)]
    }
    if !isKept(environment), environments.count >= capacity, totalUnmet > endingCount { return [end(id)] }
    environments[id]?.state = .idle(since: now)
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
    while let key = groups.first(where: { $0.value.unmet > 0 })?.key {
      let more = makeRoom(for: key)
      if more.isEmpty { break }
      actions += more
    }
    return actions
  }

  /// The environment is told to end, for a reason of its own: whoever waits for it gets another one.
  package mutating func ending(_ id: EnvironmentID) -> [Action] {
    guard environments[id] != nil else { return [] }
    _ = end(id)
    return replenish()
  }

  /// The environment is gone. Work gets a second environment at most: one that it was started for alone is busy.
  package mutating func ended(_ id: EnvironmentID, _ end: End) -> [Action] {
    guard let environment = environments.removeValue(forKey: id) else { return [] }
    leave(environment)
    groups[environment.key]?.idle.removeAll { $0 == id }
    groups[environment.key]?.size -= 1
    var actions: [Action] = []
    if case .starting = environment.state, let work = groups[environment.key]?.waiting.popFirstElement() {
      switch end {
      case .afterStart: actions.append(startAgain(environment.key, for: work))
      case .beforeStart: actions.append(.fail(work))
      }
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

  /// Ends what has been idle for too long, and sees to what is kept.
  package mutating func reap(at now: MonotonicTime) -> [Action] {
    let expired = environments.filter { _, environment in
      guard let since = environment.idleSince, !environment.isAhead else { return false }
      return now - since >= idleTimeout
    }
    return expired.keys.map { end($0) } + balance(at: now)
  }

  /// Ends everything and takes nothing more; for shutdown.
  package mutating func endAll() -> [Action] {
    isDraining = true
    var actions = environments.keys.map { end($0) }
    for key in groups.keys {
      actions += (groups[key]?.waiting ?? []).map { .refuse($0) }
      groups[key]?.waiting = []
    }
    return actions
  }

  /// Starts an environment that work waits for.
  private mutating func start(_ key: Key) -> Action {
    noteTaken(key)
    return begin(key)
  }

  mutating func begin(_ key: Key) -> Action {
    let id = add(key, .starting)
    groups[key]?.starting += 1
    return groups[key].map { .start(id, $0.spec) } ?? .end(id)
  }

  /// Takes the place of an environment that has just ended.
  private mutating func startAgain(_ key: Key, for work: Work) -> Action {
    let id = add(key, .busy)
    return groups[key].map { .startAgain(id, $0.spec, for: work) } ?? .fail(work)
  }

  private mutating func add(_ key: Key, _ state: State) -> EnvironmentID {
    lastID += 1
    let id = EnvironmentID(number: lastID)
    environments[id] = Environment(key: key, state: state)
    groups[key]?.size += 1
    return id
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
    case .idle, .frozen, .busy, .ending: break
    }
  }

  private mutating func replenish() -> [Action] {
    guard !isDraining else { return [] }
    var actions: [Action] = []
    for key in groups.keys {
      while environments.count < capacity, let group = groups[key], group.unmet > 0 { actions.append(start(key)) }
    }
    return actions
  }

  /// On a full host something idle makes room, or work waits for what is about to be free, or it is refused.
  private mutating func makeRoom(for key: Key) -> [Action] {
    // Each environment that is ending makes room for one that is wanted.
    guard totalUnmet > endingCount else { return [] }
    if let victim = leastRecentlyIdle() { return [end(victim)] }
    guard totalUnmet > endingCount + groups.values.reduce(0, { $0 + $1.spare }) else { return [] }
    return refuseNewest(of: key)
  }

  private mutating func refuseNewest(of key: Key) -> [Action] {
    guard let work = groups[key]?.waiting.popLast() else { return [] }
    forgetIfUnused(key)
    return [.refuse(work)]
  }

  mutating func forgetIfUnused(_ key: Key) {
    guard let group = groups[key], group.size == 0, group.waiting.isEmpty, group.kept == 0, !group.isStock
    else { return }
    groups[key] = nil
    retired.remove(key)
  }

  private var totalUnmet: Int { groups.values.reduce(0) { $0 + max(0, $1.unmet) } }

  private var endingCount: Int {
    environments.values.count {
      if case .ending = $0.state { true } else { false }
    }
  }

  /// Of what may make room for others; a stock gives way last.
  func leastRecentlyIdle() -> EnvironmentID? {
    let idle = environments.filter { $0.value.isIdle && !isKept($0.value) }
    let onDemand = idle.filter { !$0.value.isAhead }
    return (onDemand.isEmpty ? idle : onDemand).min { one, other in
      guard let first = one.value.idleSince, let second = other.value.idleSince else { return false }
      return first < second
    }?.key
  }
}

extension Array {
  /// Removes and returns the first element, or nil when there is none.
  fileprivate mutating func popFirstElement() -> Element? { isEmpty ? nil : removeFirst() }
}
