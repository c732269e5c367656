import Core

@testable import Execution

/// Plays the world around a pool at random and checks what the pool does.
struct PoolModel {
  private typealias Pool = PoolStateMachine<Int, Int, Int, Failure>
  private enum Failure { case noSandbox, crashLoop }
  private enum State { case starting, idle, frozen, busy(Int), finishing, ending }

  private struct Environment {
    let key: Int
    /// In nanoseconds.
    let since: Int64
    var state: State
    var isAhead = false
    /// Its init phase is over.
    var isReady = false
  }

  private static let capacity = 5

  /// In nanoseconds.
  private static let lifetime: Int64 = 1_500_000_000

  private var pool = Pool(
    capacity: capacity, idleTimeout: .milliseconds(200), freezeDelay: .milliseconds(60),
    lifetime: .nanoseconds(lifetime))
  private var environments: [EnvironmentID: Environment] = [:]
  /// The key of each work that has no outcome yet.
  private var waiting: [Int: Int] = [:]
  /// How many environments of a key are to be kept.
  private var kept: [Int: Int] = [:]
  /// Keys of which what is kept is there to be taken.
  private var stocks: Set<Int> = []
  private var retired: Set<Int> = []
  /// Keys of which a second init phase failed since the last that succeeded.
  private var failing: Set<Int> = []
  private var lastWork = 0
  private var now: Int64 = 0
  private var random: UInt64
  var problems: [String] = []

  init(seed: UInt64) { random = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func step() {
    now += 10_000_000
    switch choose(13) {
    case 0...3: submit()
    case 4...8: advanceOne()
    case 9: take(pool.reap(at: time))
    case 10: take(pool.freeze(at: time))
    case 11: take(pool.relieve(at: time))
    default: configure()
    }
    check()
  }

  /// Lets everything run out: at the end nobody waits.
  mutating func finish() {
    for _ in 0..<2000 where !waiting.isEmpty {
      advanceOne()
      now += 10_000_000
      take(pool.reap(at: time))
    }
    if !waiting.isEmpty { problems.append("left waiting: \(waiting.keys.sorted())") }
  }

  private mutating func submit() {
    lastWork += 1
    let key = choose(3)
    waiting[lastWork] = key
    take(pool.submit(lastWork, key: key, at: time, spec: key))
  }

  private mutating func configure() {
    let key = choose(3)
    switch choose(8) {
    case 0:
      retired.insert(key)
      take(pool.retire(key))
    case 1:
      retired.formUnion([key, 2])
      take(pool.retire { $0 == key || $0 == 2 })
    case 2:
      retired.remove(key)
      pool.readmit(key)
    case 3:
      retired.subtract([key, 2])
      pool.readmit { $0 == key || $0 == 2 }
    default: keep(key)
    }
  }

  private mutating func keep(_ key: Int) {
    switch choose(4) {
    case 0:
      kept[key] = choose(3)
      stocks.remove(key)
      pool.keep(kept[key] ?? 0, key: key, spec: key)
    case 1:
      kept[key] = choose(3)
      stocks.insert(key)
      pool.park(kept[key] ?? 0, key: key, spec: key)
    case 2:
      let count = choose(3)
      if stocks.contains(key) { kept[key] = count }
      pool.resizeStock(of: key, to: count)
    default:
      kept[key] = 0
      stocks.remove(key)
      pool.release(key)
    }
  }

  private mutating func advanceOne() {
    guard !environments.isEmpty else { return }
    let ids = environments.keys.sorted { $0.number < $1.number }
    let id = ids[choose(ids.count)]
    guard let environment = environments[id] else { return }
    switch environment.state {
    case .starting: choose(4) == 0 ? endWhileStarting(id, environment) : available(id)
    case .idle, .frozen: if choose(20) == 0 { end(id) }
    case .busy: choose(4) == 0 ? breakOff(id, environment) : answer(id)
    case .finishing:
      switch choose(5) {
      case 0: take(pool.overdue(id, at: time))
      case 1: end(id)
      case 2: ending(id)
      default: available(id)
      }
    case .ending: end(id)
    }
  }

  /// Whoever waits for it gets another environment, or fails where none can be made.
  private mutating func endWhileStarting(_ id: EnvironmentID, _ environment: Environment) {
    let works = waiting.filter { $0.value == environment.key }.count
    if environment.isAhead { pool.failedAhead(environment.key, at: time) }
    let isMade = choose(2) == 0
    environments[id] = nil
    let actions = pool.ended(id, isMade ? .afterStart(repeated: failure()) : .beforeStart(.noSandbox), at: time)
    let again = actions.count { if case .startAgain = $0 { true } else { false } }
    let failed = actions.count { if case .fail(_, .noSandbox) = $0 { true } else { false } }
    let expected = works == 0 ? (0, 0) : isMade ? (1, 0) : (0, 1)
    if (again, failed) != expected { problems.append("\(again) second starts, \(failed) failures for \(works) works") }
    take(actions)
  }

  /// It ends in the middle of its work, or of the second init phase inside it.
  private mutating func breakOff(_ id: EnvironmentID, _ environment: Environment) {
    if choose(2) == 0 { ending(id) }
    end(id)
    if !environment.isReady { failing.insert(environment.key) }
  }

  private mutating func ending(_ id: EnvironmentID) {
    environments[id]?.state = .ending
    take(pool.ending(id, at: time))
  }

  private mutating func available(_ id: EnvironmentID) {
    guard let environment = environments[id] else { return }
    initialised(id)
    environments[id]?.state = .idle
    take(pool.available(id, at: time))
    guard !environment.isReady, stocks.contains(environment.key) else { return }
    // What the work that it was started for did not need joins the stock.
    if case .idle? = environments[id]?.state { environments[id]?.isAhead = true }
  }

  private mutating func answer(_ id: EnvironmentID) {
    initialised(id)
    environments[id]?.state = .finishing
    pool.finishing(id)
  }

  private mutating func initialised(_ id: EnvironmentID) {
    guard let environment = environments[id], !environment.isReady else { return }
    environments[id]?.isReady = true
    failing.remove(environment.key)
  }

  private mutating func end(_ id: EnvironmentID) {
    environments[id] = nil
    take(pool.ended(id, .afterStart(repeated: failure()), at: time))
  }

  /// Of a function mostly, and else of the platform.
  private mutating func failure() -> Failure? { choose(4) == 0 ? nil : .crashLoop }

  private mutating func take(_ actions: [Pool.Action]) {
    for action in actions {
      switch action {
      case .run(let work, let id): run(work, id)
      case .start(let id, let key): environments[id] = Environment(key: key, since: now, state: .starting)
      case .startAhead(let id, let key): startAhead(id, key)
      case .freeze(let id): freeze(id)
      case .startAgain(let id, let key, let work):
        if settle(work) != key { problems.append("a second environment of another key for \(work)") }
        environments[id] = Environment(key: key, since: now, state: .busy(work))
      case .end(let id): told(id)
      case .refuse(let work), .fail(let work, .noSandbox): settle(work)
      case .fail(let work, .crashLoop):
        if let key = settle(work), !failing.contains(key) { problems.append("holds \(key) back, which does not fail") }
      }
    }
  }

  private mutating func startAhead(_ id: EnvironmentID, _ key: Int) {
    environments[id] = Environment(key: key, since: now, state: .starting, isAhead: true)
    if countAhead(key) > kept[key] ?? 0 { problems.append("keeps too many of \(key)") }
  }

  private mutating func freeze(_ id: EnvironmentID) {
    if case .idle? = environments[id]?.state {} else { problems.append("freezes \(id.number), which is not idle") }
    environments[id]?.state = .frozen
  }

  /// The pool ends it.
  private mutating func told(_ id: EnvironmentID) {
    guard let environment = environments[id] else { return problems.append("ends \(id.number), which is gone") }
    let key = environment.key
    let mayMakeRoom = stocks.contains(key) && environments.count >= Self.capacity
    let isOld = now - environment.since >= Self.lifetime
    if environment.isAhead, !isOld, !retired.contains(key), !mayMakeRoom, countAhead(key) <= kept[key] ?? 0 {
      problems.append("ends \(id.number), which is to be kept")
    }
    environments[id]?.state = .ending
  }

  private mutating func run(_ work: Int, _ id: EnvironmentID) {
    let key = settle(work)
    if environments[id]?.key != key { problems.append("work \(work) goes to another key") }
    switch environments[id]?.state {
    case .idle, .frozen:
      environments[id]?.state = .busy(work)
      if let key, stocks.contains(key) { environments[id]?.isAhead = false }
    default: problems.append("work \(work) goes to \(id.number), which is not idle")
    }
  }

  /// - Returns: the key of the work.
  @discardableResult
  private mutating func settle(_ work: Int) -> Int? {
    let key = waiting.removeValue(forKey: work)
    if key == nil { problems.append("work \(work) is settled twice") }
    return key
  }

  private mutating func check() {
    if pool.count != environments.count { problems.append("counts \(pool.count) of \(environments.count)") }
    if environments.count > Self.capacity { problems.append("more than the capacity at \(now)") }
    let unmet = pool.groups.values.reduce(0) { $0 + $1.unmet }
    let spare = pool.groups.values.reduce(0) { $0 + $1.spare }
    let ending = pool.environments.values.count { $0.isEnding }
    if (unmet, spare, ending) != (pool.unmet, pool.spare, pool.endingCount) { problems.append("sums differ at \(now)") }
  }

  /// Those that have not been told to end.
  private func countAhead(_ key: Int) -> Int {
    environments.values.count {
      if case .ending = $0.state { false } else { $0.isAhead && $0.key == key }
    }
  }

  private var time: MonotonicTime { MonotonicTime(nanoseconds: now) }

  private mutating func choose(_ count: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((random >> 33) % UInt64(count))
  }
}
