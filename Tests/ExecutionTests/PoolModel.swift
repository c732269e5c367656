import Core

@testable import Execution

/// Plays the world around a pool at random and checks what the pool does.
struct PoolModel {
  private typealias Pool = PoolStateMachine<Int, Int, Int>
  private enum Environment { case starting, idle, frozen, busy(Int), finishing, ending }

  private var pool = Pool(capacity: 5, idleTimeout: .nanoseconds(20), freezeDelay: .nanoseconds(6))
  private var environments: [EnvironmentID: (key: Int, state: Environment)] = [:]
  private var waiting: Set<Int> = []
  private var lastWork = 0
  private var now: Int64 = 0
  private var random: UInt64
  var problems: [String] = []

  init(seed: UInt64) { random = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func step() {
    now += 1
    switch choose(11) {
    case 0...3:
      lastWork += 1
      waiting.insert(lastWork)
      let key = choose(3)
      take(pool.submit(lastWork, key: key, spec: key))
    case 4...7: advanceOne()
    case 8: take(pool.reap(at: MonotonicTime(nanoseconds: now)))
    case 9: take(pool.freeze(at: MonotonicTime(nanoseconds: now)))
    default: configure()
    }
    if environments.count > 5 { problems.append("more than the capacity at \(now)") }
  }

  private mutating func configure() {
    let key = choose(3)
    switch choose(6) {
    case 0: take(pool.retire(key))
    case 1: pool.readmit(key)
    case 2: pool.keep(choose(3), key: key, spec: key)
    case 3: pool.park(choose(3), key: key, spec: key)
    case 4: pool.resizeStock(of: key, to: choose(3))
    default: pool.release(key)
    }
  }

  /// Lets everything run out: at the end nobody waits.
  mutating func finish() {
    for _ in 0..<2000 where !waiting.isEmpty { advanceOne() }
    if !waiting.isEmpty { problems.append("left waiting: \(waiting.sorted())") }
  }

  private mutating func advanceOne() {
    guard !environments.isEmpty else { return }
    let ids = environments.keys.sorted { $0.number < $1.number }
    let id = ids[choose(ids.count)]
    guard let environment = environments[id] else { return }
    switch environment.state {
    case .starting: choose(4) == 0 ? end(id, choose(2) == 0 ? .afterStart : .beforeStart) : available(id)
    case .idle, .frozen: if choose(20) == 0 { end(id) }
    case .busy: if choose(5) == 0 { end(id) } else { answer(id) }
    case .finishing:
      switch choose(5) {
      case 0: take(pool.overdue(id))
      case 1: end(id)
      case 2:
        environments[id]?.state = .ending
        take(pool.ending(id))
      default: available(id)
      }
    case .ending: end(id)
    }
  }

  private mutating func available(_ id: EnvironmentID) {
    environments[id]?.state = .idle
    take(pool.available(id, at: MonotonicTime(nanoseconds: now)))
  }

  private mutating func answer(_ id: EnvironmentID) {
    environments[id]?.state = .finishing
    pool.finishing(id)
  }

  private mutating func end(_ id: EnvironmentID, _ end: Pool.End = .afterStart) {
    environments[id] = nil
    take(pool.ended(id, end))
  }

  private mutating func take(_ actions: [Pool.Action]) {
    for action in actions {
      switch action {
      case .run(let work, let id): run(work, id)
      case .start(let id, let key), .startAhead(let id, let key): environments[id] = (key, .starting)
      case .freeze(let id):
        if case .idle? = environments[id]?.state {} else { problems.append("freezes \(id.number), which is not idle") }
        environments[id]?.state = .frozen
      case .startAgain(let id, let key, let work):
        settle(work)
        environments[id] = (key, .busy(work))
      case .end(let id):
        if environments[id] == nil { problems.append("ends \(id.number), which is gone") }
        environments[id]?.state = .ending
      case .refuse(let work), .fail(let work): settle(work)
      }
    }
  }

  private mutating func run(_ work: Int, _ id: EnvironmentID) {
    settle(work)
    switch environments[id]?.state {
    case .idle, .frozen: environments[id]?.state = .busy(work)
    default: problems.append("work \(work) goes to \(id.number), which is not idle")
    }
  }

  private mutating func settle(_ work: Int) {
    if waiting.remove(work) == nil { problems.append("work \(work) is settled twice") }
  }

  private mutating func choose(_ count: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((random >> 33) % UInt64(count))
  }
}
