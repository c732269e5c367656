import Core
import Testing

@testable import Execution

struct PoolStateMachineTests {
  private typealias Pool = PoolStateMachine<String, String, Int>

  private let start = MonotonicTime(nanoseconds: 0)

  @Test func `the first work starts an environment and runs when it is available`() {
    var pool = Pool(capacity: 2, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "spec"))
    #expect(describe(pool.available(id, at: start)) == ["run 1 on 1"])
    #expect(pool.count == 1)
  }

  @Test func `idle environments are used again, the most recently used first`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let ids = (1...3).map { started(pool.submit($0, key: "a", spec: "s")) }
    for id in ids { _ = pool.available(id, at: start) }
    for id in ids { _ = pool.available(id, at: start) }
    #expect(describe(pool.submit(4, key: "a", spec: "s")) == ["run 4 on 3"])
    #expect(describe(pool.submit(5, key: "a", spec: "s")) == ["run 5 on 2"])
  }

  @Test func `keys are retired and readmitted by what they have in common`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    for (work, key) in ["a1", "a2", "b1"].enumerated() {
      let id = started(pool.submit(work, key: key, spec: "s"))
      _ = pool.available(id, at: start)
      _ = pool.available(id, at: start)
    }
    #expect(Set(describe(pool.retire { $0.hasPrefix("a") })) == ["end 1", "end 2"])
    let id = started(pool.submit(9, key: "a1", spec: "s"))
    pool.readmit { $0.hasPrefix("a") }
    _ = pool.available(id, at: start)
    #expect(describe(pool.available(id, at: start)) == [])
  }

  @Test func `an environment takes one work at a time`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == ["start 2 with s"])
  }

  @Test func `keys share nothing`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    _ = pool.available(id, at: start)
    #expect(describe(pool.submit(2, key: "b", spec: "t")) == ["start 2 with t"])
  }

  @Test func `work waits for an environment that has just answered, until that is overdue`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == [])
    #expect(describe(pool.submit(3, key: "a", spec: "s")) == ["start 2 with s"])
    #expect(describe(pool.overdue(id)) == ["start 3 with s"])
    #expect(describe(pool.available(id, at: start)) == ["run 2 on 1"])
  }

  @Test func `a full host ends the environment that was idle longest`() {
    var pool = Pool(capacity: 2, idleTimeout: .seconds(10))
    let first = started(pool.submit(1, key: "a", spec: "s"))
    let second = started(pool.submit(2, key: "b", spec: "s"))
    for (id, time) in [(first, 1), (second, 2)] as [(EnvironmentID, Int64)] {
      _ = pool.available(id, at: MonotonicTime(nanoseconds: time))
      _ = pool.available(id, at: MonotonicTime(nanoseconds: time))
    }
    #expect(describe(pool.submit(3, key: "c", spec: "u")) == ["end 1"])
    #expect(describe(pool.ended(first)) == ["start 3 with u"])
  }

  @Test func `a full host waits for an environment of another function that is about to be free`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "b", spec: "t")) == [])
    #expect(describe(pool.submit(3, key: "b", spec: "t")) == ["refuse 3"])
    #expect(describe(pool.submit(4, key: "a", spec: "s")) == ["refuse 4"])
    #expect(describe(pool.available(id, at: start)) == ["end 1"])
    #expect(describe(pool.ended(id)) == ["start 2 with t"])
  }

  @Test func `on a full host work of one's share waits on when what it waits for is overdue`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "b", spec: "t")) == [])
    #expect(describe(pool.submit(3, key: "b", spec: "t")) == ["refuse 3"])
    #expect(describe(pool.overdue(id)) == [])
    #expect(describe(pool.submit(4, key: "b", spec: "t")) == ["refuse 4"])
    #expect(describe(pool.available(id, at: start)) == ["end 1"])
  }

  @Test func `a full host without anything idle refuses whoever has its share`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == ["refuse 2"])
    #expect(describe(pool.submit(3, key: "b", spec: "s")) == [])
    #expect(describe(pool.submit(4, key: "b", spec: "s")) == ["refuse 4"])
    #expect(describe(pool.available(id, at: start)) == ["end 1"])
    #expect(describe(pool.ended(id)) == ["start 2 with s"])
  }

  @Test func `work fails with the environment that was started for it`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.submit(2, key: "a", spec: "s")
    #expect(describe(pool.ended(id)) == ["fail 1"])
    #expect(pool.count == 1)
  }

  @Test func `an environment that dies while others wait for it is replaced`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    _ = pool.submit(2, key: "a", spec: "s")
    #expect(describe(pool.ended(id)) == ["start 2 with s"])
  }

  @Test func `a retired version ends its idle environments now and its busy ones after their work`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let idle = started(pool.submit(1, key: "a", spec: "s"))
    let busy = started(pool.submit(2, key: "a", spec: "s"))
    _ = pool.available(idle, at: start)
    _ = pool.available(busy, at: start)
    _ = pool.available(idle, at: start)
    #expect(describe(pool.retire("a")) == ["end 1"])
    #expect(describe(pool.available(busy, at: start)) == ["end 2"])
    _ = pool.ended(idle)
    _ = pool.ended(busy)
    #expect(pool.count == 0)
  }

  @Test func `an environment that is told to end takes no more work`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    _ = pool.ending(id)
    #expect(describe(pool.available(id, at: start)) == [])
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == ["start 2 with s"])
  }

  @Test func `work that waits for an environment that must end gets another one at once`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == [])
    #expect(describe(pool.ending(id)) == ["start 2 with s"])
  }

  @Test func `on a full host such work waits for the room`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.ending(id)) == [])
    #expect(describe(pool.submit(1, key: "a", spec: "s")) == [])
    #expect(describe(pool.ended(id)) == ["start 2 with s"])
  }

  @Test func `a key that is in use again keeps its environments`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.retire("a")) == [])
    pool.readmit("a")
    #expect(describe(pool.available(id, at: start)) == [])
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == ["run 2 on 1"])
  }

  @Test func `idle environments are reaped after their time`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    _ = pool.available(id, at: start)
    #expect(describe(pool.reap(at: start.advanced(by: .seconds(9)))) == [])
    #expect(describe(pool.reap(at: start.advanced(by: .seconds(10)))) == ["end 1"])
    #expect(describe(pool.reap(at: start.advanced(by: .seconds(20)))) == [])
  }

  @Test func `a draining pool refuses what waits and starts nothing more`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    #expect(describe(pool.endAll()) == ["end 1", "refuse 1"])
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == ["refuse 2"])
    #expect(describe(pool.ended(id)) == [])
    #expect(pool.count == 0)
  }

  @Test func `on a full host overdue work is refused or gets the room of an idle environment`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10))
    let id = started(pool.submit(1, key: "a", spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "a", spec: "s")) == [])
    #expect(describe(pool.overdue(id)) == ["refuse 2"])
    var other = Pool(capacity: 2, idleTimeout: .seconds(10))
    let idle = started(other.submit(1, key: "b", spec: "t"))
    _ = other.available(idle, at: start)
    _ = other.available(idle, at: start)
    let busy = started(other.submit(2, key: "a", spec: "s"))
    _ = other.available(busy, at: MonotonicTime(nanoseconds: 1_000_000_000))
    other.finishing(busy)
    #expect(describe(other.submit(3, key: "a", spec: "s")) == [])
    #expect(describe(other.overdue(busy)) == ["end 1"])
    #expect(describe(other.ended(idle)) == ["start 3 with s"])
  }

  /// Random events; whatever happens, no work is lost or run twice, and the capacity holds.
  @Test(arguments: 0..<200) func `no work is lost or run twice`(seed: Int) {
    var model = PoolModel(seed: UInt64(seed))
    for _ in 0..<400 { model.step() }
    model.finish()
    #expect(model.problems == [])
  }

  private func started(_ actions: [Pool.Action]) -> EnvironmentID {
    for case .start(let id, _) in actions { return id }
    Issue.record("nothing was started")
    return EnvironmentID(number: 0)
  }

  private func describe(_ actions: [Pool.Action]) -> [String] {
    actions.map { action in
      switch action {
      case .run(let work, let id): "run \(work) on \(id.number)"
      case .start(let id, let spec): "start \(id.number) with \(spec)"
      case .startAhead(let id, let spec): "start \(id.number) ahead with \(spec)"
      case .end(let id): "end \(id.number)"
      case .refuse(let work): "refuse \(work)"
      case .fail(let work): "fail \(work)"
      }
    }
  }
}
