import Core

@testable import Execution

/// Plays the world around a pool at random and checks what the pool does.
struct PoolModel {
  private enum Environment { case starting, idle, frozen, busy(Int), finishing, ending }

  private var pool = PoolStateMachine<Int, Int, Int, Int>(
    capacity: 5, idleTimeout: .milliseconds(200), freezeDelay: .milliseconds(60))
  private var environments: [EnvironmentID: (key: Int, state: Environment)] = [:]
  /// The key of each work that has no outcome yet.
  private var waiting: [Int: Int] = [:]
  private var lastWork = 0
  private var now: Int64 = 0
  private var random: UInt64
  var problems: [String] = []

  init(seed: UInt64) { random = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func step() {
    now += 10_000_000
    switch choose(12) {
    case 0...3:
      lastWork += 1
      let key = choose(3)
      waiting[lastWork] = key
      take(pool.submit(lastWork, key: key, at: time, spec: key))
    case 4...7: advanceOne()
    case 8: take(pool.reap(at: time))
    case 9: take(pool.freeze(at: time))
    case 10: take(pool.relieve(at: time))
    default: choose(2) == 0 ? take(pool.retire(choose(3))) : pool.readmit(choose(3))
    }
    if pool.count != environments.count { problems.append("counts \(pool.count) of \(environments.count)") }
    if environments.count > 5 { problems.append("more than the capacity at \(now)") }
  }

  /// Lets everything run out: at the end nobody waits.
  mutating func finish() {
    for _ in 0..<2000 where !waiting.isEmpty { advanceOne() }
    if !waiting.isEmpty { problems.append("left waiting: \(waiting.keys.sorted())") }
  }

  private mutating func advanceOne() {
    guard !environments.isEmpty else { return }
    let ids = environments.keys.sorted { $0.number < $1.number }
    let id = ids[choose(ids.count)]
    guard let environment = environments[id] else { return }
    switch environment.state {
    case .starting: choose(4) == 0 ? end(id) : available(id)
    case .idle, .frozen: if choose(20) == 0 { end(id) }
    case .busy: if choose(5) == 0 { end(id) } else { answer(id) }
    case .finishing:
      switch choose(5) {
      case 0: take(pool.overdue(id, at: time))
      case 1: end(id)
      case 2:
        environments[id]?.state = .ending
        take(pool.ending(id, at: time))
      default: available(id)
      }
    case .ending: end(id)
    }
  }

  private mutating func available(_ id: EnvironmentID) {
    environments[id]?.state = .idle
    take(pool.available(id, at: time))
  }

  private mutating func answer(_ id: EnvironmentID) {
    environments[id]?.state = .finishing
    pool.finishing(id)
  }

  private mutating func end(_ id: EnvironmentID) {
    environments[id] = nil
    take(pool.ended(id, 1, repeated: choose(3) == 0 ? nil : 2, at: time))
  }

  private mutating func take(_ actions: [PoolStateMachine<Int, Int, Int, Int>.Action]) {
    for action in actions {
      switch action {
      case .run(let work, let id): run(work, id)
      case .start(let id, let key): environments[id] = (key, .starting)
      case .freeze(let id):
        if case .idle? = environments[id]?.state {} else { problems.append("freezes \(id.number), which is not idle") }
        environments[id]?.state = .frozen
      case .end(let id):
        if environments[id] == nil { problems.append("ends \(id.number), which is gone") }
        environments[id]?.state = .ending
      case .refuse(let work), .fail(let work, _): settle(work)
      }
    }
  }

  private mutating func run(_ work: Int, _ id: EnvironmentID) {
    let key = settle(work)
    if environments[id]?.key != key { problems.append("work \(work) goes to another key") }
    switch environments[id]?.state {
    case .idle, .frozen: environments[id]?.state = .busy(work)
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

  private var time: MonotonicTime { MonotonicTime(nanoseconds: now) }

  private mutating func choose(_ count: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((random >> 33) % UInt64(count))
  }
}
