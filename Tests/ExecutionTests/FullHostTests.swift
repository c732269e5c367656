import Core
import Testing

@testable import Execution

/// A full host on which one function takes all it can get, beside others that want little.
struct FullHostTests {
  private let start = MonotonicTime(nanoseconds: 0)

  @Test func `a function within its share waits for what another has too much, and gets it`() {
    var host = FullHost(capacity: 10)
    host.storm("greedy", clients: 40, for: 50)
    #expect(host.environments(of: "greedy") == 10)
    let refusals = host.refused["modest"] ?? 0
    for _ in 0..<100 {
      host.call("modest")
      host.storm("greedy", clients: 40, for: 12)
    }
    #expect(host.refused["modest"] ?? 0 == refusals)
    #expect(host.answered["modest"] == 100)
    // The greedy one keeps all that nobody else uses.
    #expect(host.environments(of: "greedy") >= 9)
  }

  @Test func `a function that comes back soon keeps its environment`() {
    var host = FullHost(capacity: 10)
    host.storm("greedy", clients: 40, for: 50)
    for _ in 0..<100 {
      host.call("modest")
      host.storm("greedy", clients: 40, for: 12)
    }
    #expect(host.starts["modest"] ?? 0 <= 2)
  }

  @Test func `two functions that want everything get half each`() {
    var host = FullHost(capacity: 10)
    host.storm("one", clients: 40, for: 50)
    for _ in 0..<200 {
      host.storm("one", clients: 40, for: 3)
      host.storm("other", clients: 40, for: 3)
    }
    #expect((4...6).contains(host.environments(of: "one")), "\(host.environments(of: "one"))")
    #expect((4...6).contains(host.environments(of: "other")), "\(host.environments(of: "other"))")
  }

  @Test func `whoever is at its share is refused at once`() {
    var host = FullHost(capacity: 4)
    host.storm("greedy", clients: 10, for: 1)
    #expect(host.refused["greedy"] == 6)
  }

  @Test func `an environment that was just started takes the work that it was started for`() {
    var pool = PoolStateMachine<String, String, Int, Never>(
      capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    guard case .start(let id, _)? = pool.submit(1, key: "a", at: start, spec: "s").first else { return }
    #expect(pool.submit(2, key: "b", at: start, spec: "s").isEmpty)
    guard case .run(1, on: id)? = pool.available(id, at: start).first else {
      Issue.record("the environment was started for nothing")
      return
    }
  }

  @Test func `who has waited for a share for too long is refused`() {
    var pool = PoolStateMachine<String, String, Int, Never>(
      capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    guard case .start(let id, _)? = pool.submit(1, key: "a", at: start, spec: "s").first else { return }
    _ = pool.available(id, at: start)
    #expect(pool.submit(2, key: "b", at: start, spec: "s").isEmpty)
    #expect(pool.reap(at: MonotonicTime(nanoseconds: 1)).isEmpty)
    guard case .refuse(2)? = pool.reap(at: MonotonicTime(nanoseconds: 2)).first else {
      Issue.record("the work still waits")
      return
    }
  }
}

/// Environments that answer after a while, in steps of a millisecond; a client that is refused comes again.
private struct FullHost {
  private var pool: PoolStateMachine<String, String, String, Never>
  private var busy: [EnvironmentID: (key: String, until: Int)] = [:]
  private var keys: [EnvironmentID: String] = [:]
  private var ending: [EnvironmentID] = []
  private var waiting: [String: Int] = [:]
  private var step = 0
  private(set) var answered: [String: Int] = [:]
  private(set) var refused: [String: Int] = [:]
  private(set) var starts: [String: Int] = [:]

  init(capacity: Int) {
    pool = PoolStateMachine(
      capacity: capacity, idleTimeout: .seconds(3600), freezeDelay: .milliseconds(10),
      lifetime: .seconds(100_000))
  }

  func environments(of key: String) -> Int { keys.values.count { $0 == key } }

  private var now: MonotonicTime { MonotonicTime(nanoseconds: Int64(step) * 1_000_000) }

  private func running(_ key: String) -> Int { busy.values.count { $0.key == key } }

  mutating func call(_ key: String) {
    waiting[key, default: 0] += 1
    take(pool.submit(key, key: key, at: now, spec: key))
  }

  /// Keeps so many invocations of a function under way, as far as they are let in.
  mutating func storm(_ key: String, clients: Int, for steps: Int) {
    for _ in 0..<steps {
      for _ in 0..<max(0, clients - running(key) - (waiting[key] ?? 0)) { call(key) }
      advance()
    }
  }

  private mutating func advance() {
    step += 1
    for id in ending {
      keys[id] = nil
      take(pool.ended(id, .afterStart(repeated: nil), at: now))
    }
    ending = ending.filter { keys[$0] != nil }
    for (id, work) in busy.filter({ $0.value.until <= step }).sorted(by: { $0.key.number < $1.key.number }) {
      busy[id] = nil
      answered[work.key, default: 0] += 1
      pool.finishing(id)
      take(pool.available(id, at: now))
    }
    take(pool.freeze(at: now))
    if step % 1000 == 0 { take(pool.reap(at: now)) }
  }

  private mutating func take(_ actions: [PoolStateMachine<String, String, String, Never>.Action]) {
    for action in actions {
      switch action {
      case .run(let key, let id):
        waiting[key, default: 0] -= 1
        busy[id] = (key, step + 5)
      case .start(let id, let key), .startAhead(let id, let key):
        starts[key, default: 0] += 1
        keys[id] = key
        take(pool.available(id, at: now))
      case .end(let id): ending.append(id)
      case .freeze: continue
      case .startAgain: Issue.record("nothing fails here")
      case .refuse(let key):
        waiting[key, default: 0] -= 1
        refused[key, default: 0] += 1
      }
    }
  }
}
