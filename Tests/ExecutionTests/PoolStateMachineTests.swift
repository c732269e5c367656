import Core
import Testing

@testable import Execution

struct PoolStateMachineTests {
  private typealias Pool = PoolStateMachine<String, String, Int, String>

  private let start = MonotonicTime(nanoseconds: 0)

  @Test func `the first work starts an environment and runs when it is available`() {
    var pool = Pool(capacity: 2, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "spec"))
    #expect(describe(pool.available(id, at: start)) == ["run 1 on 1"])
    #expect(pool.count == 1)
  }

  @Test func `idle environments are used again, the most recently used first`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let ids = (1...3).map { started(pool.submit($0, key: "a", at: start, spec: "s")) }
    for id in ids { _ = pool.available(id, at: start) }
    for id in ids { _ = pool.available(id, at: start) }
    #expect(describe(pool.submit(4, key: "a", at: start, spec: "s")) == ["run 4 on 3"])
    #expect(describe(pool.submit(5, key: "a", at: start, spec: "s")) == ["run 5 on 2"])
  }

  @Test func `keys are retired and readmitted by what they have in common`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    for (work, key) in ["a1", "a2", "b1"].enumerated() {
      let id = started(pool.submit(work, key: key, at: start, spec: "s"))
      _ = pool.available(id, at: start)
      _ = pool.available(id, at: start)
    }
    #expect(Set(describe(pool.retire { $0.hasPrefix("a") })) == ["end 1", "end 2"])
    let id = started(pool.submit(9, key: "a1", at: start, spec: "s"))
    pool.readmit { $0.hasPrefix("a") }
    _ = pool.available(id, at: start)
    #expect(describe(pool.available(id, at: start)) == [])
  }

  @Test func `an environment takes one work at a time`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == ["start 2 with s"])
  }

  @Test func `keys share nothing`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    _ = pool.available(id, at: start)
    #expect(describe(pool.submit(2, key: "b", at: start, spec: "t")) == ["start 2 with t"])
  }

  @Test func `work waits for an environment that has just answered, until that is overdue`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == [])
    #expect(describe(pool.submit(3, key: "a", at: start, spec: "s")) == ["start 2 with s"])
    #expect(describe(pool.overdue(id, at: start)) == ["start 3 with s"])
    #expect(describe(pool.available(id, at: start)) == ["run 2 on 1"])
  }

  @Test func `a full host ends the environment that was idle longest`() {
    var pool = Pool(capacity: 2, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let first = started(pool.submit(1, key: "a", at: start, spec: "s"))
    let second = started(pool.submit(2, key: "b", at: start, spec: "s"))
    for (id, time) in [(first, 1), (second, 2)] as [(EnvironmentID, Int64)] {
      _ = pool.available(id, at: start.advanced(by: .seconds(time)))
      _ = pool.available(id, at: start.advanced(by: .seconds(time)))
    }
    #expect(describe(pool.submit(3, key: "c", at: start.advanced(by: .seconds(9)), spec: "u")) == ["end 1"])
    #expect(describe(pool.ended(first, .afterStart(repeated: nil), at: start)) == ["start 3 with u"])
  }

  @Test func `a full host keeps what would take long to start`() {
    var pool = Pool(capacity: 2, idleTimeout: .seconds(100), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let slow = started(pool.submit(1, key: "slow", at: start, spec: "s"))
    let quick = started(pool.submit(2, key: "quick", at: start, spec: "s"))
    _ = pool.available(quick, at: start.advanced(by: .milliseconds(10)))
    _ = pool.available(slow, at: start.advanced(by: .milliseconds(500)))
    _ = pool.available(slow, at: start.advanced(by: .seconds(1)))
    _ = pool.available(quick, at: start.advanced(by: .seconds(5)))
    let later = start.advanced(by: .seconds(10))
    #expect(describe(pool.submit(3, key: "c", at: later, spec: "u")) == ["end \(quick.number)"])
    _ = pool.ended(quick, .afterStart(repeated: nil), at: later)
    let muchLater = start.advanced(by: .seconds(1000))
    #expect(describe(pool.submit(4, key: "d", at: muchLater, spec: "u")) == ["end \(slow.number)"])
  }

  @Test func `a full host waits for an environment of another function that is about to be free`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "b", at: start, spec: "t")) == [])
    #expect(describe(pool.submit(3, key: "b", at: start, spec: "t")) == ["refuse 3"])
    #expect(describe(pool.submit(4, key: "a", at: start, spec: "s")) == ["refuse 4"])
    #expect(describe(pool.available(id, at: start)) == ["end 1"])
    #expect(describe(pool.ended(id, .afterStart(repeated: nil), at: start)) == ["start 2 with t"])
  }

  @Test func `on a full host work of one's share waits on when what it waits for is overdue`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "b", at: start, spec: "t")) == [])
    #expect(describe(pool.submit(3, key: "b", at: start, spec: "t")) == ["refuse 3"])
    #expect(describe(pool.overdue(id, at: start)) == [])
    #expect(describe(pool.submit(4, key: "b", at: start, spec: "t")) == ["refuse 4"])
    #expect(describe(pool.available(id, at: start)) == ["end 1"])
  }

  @Test func `a full host without anything idle refuses whoever has its share`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == ["refuse 2"])
    #expect(describe(pool.submit(3, key: "b", at: start, spec: "s")) == [])
    #expect(describe(pool.submit(4, key: "b", at: start, spec: "s")) == ["refuse 4"])
    #expect(describe(pool.available(id, at: start)) == ["end 1"])
    #expect(describe(pool.ended(id, .afterStart(repeated: nil), at: start)) == ["start 2 with s"])
  }

  @Test func `work fails when no environment can be made for it`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.submit(2, key: "a", at: start, spec: "s")
    #expect(describe(pool.ended(id, .beforeStart("gone"), at: start)) == ["fail 1 as gone"])
    #expect(pool.count == 1)
  }

  @Test func `work gets a second environment for itself when its first ends before it is ready`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let first = started(pool.submit(1, key: "a", at: start, spec: "s"))
    let other = started(pool.submit(2, key: "a", at: start, spec: "s"))
    let again = pool.ended(first, .afterStart(repeated: nil), at: start)
    #expect(describe(again) == ["start 3 with s for 1"])
    #expect(describe(pool.available(other, at: start)) == ["run 2 on 2"])
    #expect(describe(pool.submit(3, key: "a", at: start, spec: "s")) == ["start 4 with s"])
  }

  @Test func `the second environment is the last, and of use to others once it has answered`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let second = secondStart(for: 1, in: &pool)
    #expect(describe(pool.ended(second, .afterStart(repeated: nil), at: start)) == [])
    #expect(pool.count == 0)
    let other = secondStart(for: 2, in: &pool)
    pool.finishing(other)
    #expect(describe(pool.available(other, at: start)) == [])
    #expect(describe(pool.submit(3, key: "a", at: start, spec: "s")) == ["run 3 on 4"])
  }

  @Test func `on a full host the second environment has the place of the first`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let first = started(pool.submit(1, key: "a", at: start, spec: "s"))
    #expect(describe(pool.submit(2, key: "b", at: start, spec: "t")) == [])
    #expect(describe(pool.ended(first, .afterStart(repeated: nil), at: start)) == ["start 2 with s for 1"])
    #expect(pool.count == 1)
  }

  @Test func `an environment that dies while others wait for it is replaced`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    _ = pool.submit(2, key: "a", at: start, spec: "s")
    #expect(describe(pool.ended(id, .afterStart(repeated: nil), at: start)) == ["start 2 with s"])
  }

  @Test func `a retired version ends its idle environments now and its busy ones after their work`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let idle = started(pool.submit(1, key: "a", at: start, spec: "s"))
    let busy = started(pool.submit(2, key: "a", at: start, spec: "s"))
    _ = pool.available(idle, at: start)
    _ = pool.available(busy, at: start)
    _ = pool.available(idle, at: start)
    #expect(describe(pool.retire("a")) == ["end 1"])
    #expect(describe(pool.available(busy, at: start)) == ["end 2"])
    _ = pool.ended(idle, .afterStart(repeated: nil), at: start)
    _ = pool.ended(busy, .afterStart(repeated: nil), at: start)
    #expect(pool.count == 0)
  }

  @Test func `an environment that is told to end takes no more work`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    _ = pool.ending(id, at: start)
    #expect(describe(pool.available(id, at: start)) == [])
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == ["start 2 with s"])
  }

  @Test func `work that waits for an environment that must end gets another one at once`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == [])
    #expect(describe(pool.ending(id, at: start)) == ["start 2 with s"])
  }

  @Test func `on a full host such work waits for the room`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.ending(id, at: start)) == [])
    #expect(describe(pool.submit(1, key: "a", at: start, spec: "s")) == [])
    #expect(describe(pool.ended(id, .afterStart(repeated: nil), at: start)) == ["start 2 with s"])
  }

  @Test func `a key that is in use again keeps its environments`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    #expect(describe(pool.retire("a")) == [])
    pool.readmit("a")
    #expect(describe(pool.available(id, at: start)) == [])
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == ["run 2 on 1"])
  }

  @Test func `idle environments are reaped after their time`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    _ = pool.available(id, at: start)
    #expect(describe(pool.reap(at: start.advanced(by: .seconds(9)))) == [])
    #expect(describe(pool.reap(at: start.advanced(by: .seconds(10)))) == ["end 1"])
    #expect(describe(pool.reap(at: start.advanced(by: .seconds(20)))) == [])
  }

  @Test func `what has waited for the freeze delay is frozen, once`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    #expect(pool.freezeDue == nil)
    let id = idle(in: &pool, 1, key: "a", at: start)
    #expect(pool.freezeDue == start.advanced(by: .seconds(1)))
    #expect(describe(pool.freeze(at: start.advanced(by: .milliseconds(999)))) == [])
    #expect(describe(pool.freeze(at: start.advanced(by: .seconds(1)))) == ["freeze \(id.number)"])
    #expect(describe(pool.freeze(at: start.advanced(by: .seconds(2)))) == [])
    #expect(pool.freezeDue == nil)
  }

  @Test func `work comes to a frozen environment as to any other, and its delay begins anew`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = idle(in: &pool, 1, key: "a", at: start)
    _ = pool.freeze(at: start.advanced(by: .seconds(1)))
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == ["run 2 on 1"])
    _ = pool.available(id, at: start.advanced(by: .seconds(3)))
    #expect(pool.freezeDue == start.advanced(by: .seconds(4)))
    #expect(describe(pool.freeze(at: start.advanced(by: .seconds(4)))) == ["freeze 1"])
  }

  @Test func `an environment that has had work meanwhile is not frozen`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let busy = idle(in: &pool, 1, key: "a", at: start)
    let again = idle(in: &pool, 2, key: "b", at: start)
    _ = pool.submit(3, key: "a", at: start, spec: "s")
    _ = pool.submit(4, key: "b", at: start, spec: "s")
    _ = pool.available(again, at: start.advanced(by: .milliseconds(500)))
    #expect(describe(pool.freeze(at: start.advanced(by: .seconds(1)))) == [])
    #expect(describe(pool.freeze(at: start.advanced(by: .milliseconds(1500)))) == ["freeze \(again.number)"])
    #expect(describe(pool.available(busy, at: start.advanced(by: .seconds(2)))) == [])
  }

  @Test func `work without a pause is looked at once in the freeze delay, not once for each`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = idle(in: &pool, 1, key: "a", at: start)
    for work in 2...10 {
      _ = pool.submit(work, key: "a", at: start, spec: "s")
      _ = pool.available(id, at: start.advanced(by: .milliseconds(100 * Int64(work))))
    }
    #expect(describe(pool.freeze(at: start.advanced(by: .seconds(1)))) == [])
    #expect(pool.freezeDue == start.advanced(by: .seconds(2)))
    _ = pool.submit(11, key: "a", at: start, spec: "s")
    #expect(describe(pool.freeze(at: start.advanced(by: .milliseconds(1100)))) == [])
    #expect(pool.freezeDue == nil)
  }

  @Test func `a frozen environment is reaped, makes room and retires like any idle one`() {
    for end in [
      { $0.reap(at: MonotonicTime(nanoseconds: 10_000_000_000)) }, { $0.retire("a") },
      { $0.submit(2, key: "b", at: start, spec: "t") },
    ] as [(inout Pool) -> [Pool.Action]] {
      var pool = Pool(capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
      _ = idle(in: &pool, 1, key: "a", at: start)
      #expect(describe(pool.freeze(at: start.advanced(by: .seconds(1)))) == ["freeze 1"])
      #expect(describe(end(&pool)) == ["end 1"])
    }
  }

  @Test func `when memory is short an eighth of what is idle ends, the least valuable first`() {
    var pool = Pool(capacity: 20, idleTimeout: .seconds(100), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    #expect(describe(pool.relieve(at: start)) == [])
    let ids = (1...9).map { started(pool.submit($0, key: "\($0)", at: start, spec: "s")) }
    for id in ids { _ = pool.available(id, at: start) }
    for (index, id) in ids.enumerated() where id != ids[3] {
      _ = pool.available(id, at: start.advanced(by: .seconds(index + 1)))
    }
    #expect(describe(pool.relieve(at: start.advanced(by: .seconds(20)))) == ["end 1"])
    _ = pool.available(ids[3], at: start.advanced(by: .seconds(20)))
    #expect(describe(pool.relieve(at: start.advanced(by: .seconds(30)))) == ["end 2"])
  }

  @Test func `after three failures in a row work is failed without a start, for twice as long each time`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    var now = start
    for (attempt, pause) in [0, 0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000].enumerated() {
      fail(attempt, in: &pool, at: now)
      guard pause > 0 else { continue }
      now = now.advanced(by: .milliseconds(pause - 1))
      #expect(describe(pool.submit(99, key: "a", at: now, spec: "s")) == ["fail 99 as loop"])
      now = now.advanced(by: .milliseconds(1))
    }
    #expect(pool.count == 0)
  }

  @Test func `environments that fail together count once`() {
    var pool = Pool(capacity: 9, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let first = (1...9).map { started(pool.submit($0, key: "a", at: start, spec: "s")) }
    let second = first.map { started(pool.ended($0, .afterStart(repeated: "loop"), at: start)) }
    let later = start.advanced(by: .seconds(1))
    for id in second { _ = pool.ended(id, .afterStart(repeated: "loop"), at: later) }
    #expect(describe(pool.submit(10, key: "a", at: later, spec: "s")) == ["start 19 with s"])
  }

  @Test func `a crash loop does not take the second environment from work that has begun`() {
    var pool = Pool(capacity: 9, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let early = started(pool.submit(0, key: "a", at: start, spec: "s"))
    let seconds = (1...3).map { secondStart(for: $0, in: &pool) }
    for id in seconds { _ = pool.ended(id, .afterStart(repeated: "loop"), at: start) }
    #expect(describe(pool.submit(4, key: "a", at: start, spec: "s")) == ["fail 4 as loop"])
    #expect(describe(pool.ended(early, .afterStart(repeated: "loop"), at: start)) == ["start 8 with s for 3"])
  }

  @Test func `a success, a failure of the platform, another key and time end the crash loop or make none`() {
    var pool = Pool(capacity: 9, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    for work in 0..<5 { fail(work, in: &pool, repeated: nil, at: start) }
    for work in 0..<2 { fail(work, in: &pool, at: start) }
    let id = started(pool.submit(7, key: "a", at: start, spec: "s"))
    #expect(describe(pool.available(id, at: start)) == ["run 7 on \(id.number)"])
    for work in 0..<3 { fail(work, in: &pool, at: start) }
    #expect(describe(pool.submit(8, key: "b", at: start, spec: "s")) == ["start 22 with s"])
    #expect(describe(pool.submit(9, key: "a", at: start, spec: "s")) == ["fail 9 as loop"])
    _ = pool.reap(at: start.advanced(by: .seconds(60)))
    #expect(describe(pool.submit(9, key: "a", at: start, spec: "s")) == ["fail 9 as loop"])
    _ = pool.reap(at: start.advanced(by: .seconds(61)))
    for work in 0..<2 { fail(work, in: &pool, at: start) }
    #expect(describe(pool.submit(9, key: "a", at: start, spec: "s")) == ["start 27 with s"])
  }

  @Test func `a second init phase that succeeds ends the crash loop, and what fails after it is none`() {
    var pool = Pool(capacity: 9, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    for work in 0..<2 { fail(work, in: &pool, at: start) }
    let second = secondStart(for: 3, in: &pool)
    pool.finishing(second)
    _ = pool.ended(second, .afterStart(repeated: "loop"), at: start)
    for work in 4...5 { fail(work, in: &pool, at: start) }
    #expect(describe(pool.submit(6, key: "a", at: start, spec: "s")) == ["start 11 with s"])
  }

  @Test func `work waits for an environment about to be free, crash loop or not`() {
    var pool = Pool(capacity: 9, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    for work in 2...4 { fail(work, in: &pool, at: start) }
    pool.finishing(id)
    #expect(describe(pool.submit(5, key: "a", at: start, spec: "s")) == [])
    #expect(describe(pool.submit(6, key: "a", at: start, spec: "s")) == ["fail 6 as loop"])
    #expect(describe(pool.available(id, at: start)) == ["run 5 on 1"])
  }

  @Test func `a retired version is not held back when it is in use again`() {
    for retire in [{ $0.retire("a") }, { $0.retire { $0 == "a" } }] as [(inout Pool) -> [Pool.Action]] {
      var pool = Pool(capacity: 9, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
      for work in 1...3 { fail(work, in: &pool, at: start) }
      #expect(describe(pool.submit(4, key: "a", at: start, spec: "s")) == ["fail 4 as loop"])
      _ = retire(&pool)
      #expect(describe(pool.submit(4, key: "a", at: start, spec: "s")) == ["start 7 with s"])
    }
  }

  @Test func `a draining pool refuses what waits and starts nothing more`() {
    var pool = Pool(capacity: 4, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    #expect(describe(pool.endAll()) == ["end 1", "refuse 1"])
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == ["refuse 2"])
    #expect(describe(pool.ended(id, .afterStart(repeated: nil), at: start)) == [])
    #expect(pool.count == 0)
  }

  @Test func `on a full host overdue work is refused or gets the room of an idle environment`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let id = started(pool.submit(1, key: "a", at: start, spec: "s"))
    _ = pool.available(id, at: start)
    pool.finishing(id)
    #expect(describe(pool.submit(2, key: "a", at: start, spec: "s")) == [])
    #expect(describe(pool.overdue(id, at: start)) == ["refuse 2"])
    var other = Pool(capacity: 2, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    let idle = started(other.submit(1, key: "b", at: start, spec: "t"))
    _ = other.available(idle, at: start)
    _ = other.available(idle, at: start)
    let busy = started(other.submit(2, key: "a", at: start, spec: "s"))
    _ = other.available(busy, at: start)
    other.finishing(busy)
    #expect(describe(other.submit(3, key: "a", at: start, spec: "s")) == [])
    #expect(describe(other.overdue(busy, at: start.advanced(by: .seconds(1)))) == ["end 1"])
    #expect(describe(other.ended(idle, .afterStart(repeated: nil), at: start)) == ["start 3 with s"])
  }

  /// Random events; whatever happens, no work is lost or run twice, and the capacity holds.
  @Test(arguments: 0..<200) func `no work is lost or run twice`(seed: Int) {
    var model = PoolModel(seed: UInt64(seed))
    for _ in 0..<400 { model.step() }
    model.finish()
    #expect(model.problems == [])
  }

  /// Work whose environment and the second one both fail in their init phase.
  private func fail(_ work: Int, in pool: inout Pool, repeated: String? = "loop", at now: MonotonicTime) {
    let second = secondStart(for: work, in: &pool, at: now)
    _ = pool.ended(second, .afterStart(repeated: repeated), at: now)
  }

  /// The second environment of work whose first one fails.
  private func secondStart(for work: Int, in pool: inout Pool, at now: MonotonicTime? = nil) -> EnvironmentID {
    let first = started(pool.submit(work, key: "a", at: now ?? start, spec: "s"))
    return started(pool.ended(first, .afterStart(repeated: "loop"), at: now ?? start))
  }

  /// An environment that was started for `work` and has done it.
  private func idle(in pool: inout Pool, _ work: Int, key: String, at now: MonotonicTime) -> EnvironmentID {
    let id = started(pool.submit(work, key: key, at: start, spec: "s"))
    _ = pool.available(id, at: now)
    _ = pool.available(id, at: now)
    return id
  }

  private func started(_ actions: [Pool.Action]) -> EnvironmentID {
    for action in actions {
      switch action {
      case .start(let id, _), .startAhead(let id, _), .startAgain(let id, _, _): return id
      case .run, .freeze, .end, .refuse, .fail: continue
      }
    }
    Issue.record("nothing was started")
    return EnvironmentID(number: 0)
  }

  private func describe(_ actions: [Pool.Action]) -> [String] {
    actions.map { action in
      switch action {
      case .run(let work, let id): "run \(work) on \(id.number)"
      case .start(let id, let spec): "start \(id.number) with \(spec)"
      case .freeze(let id): "freeze \(id.number)"
      case .startAhead(let id, let spec): "start \(id.number) ahead with \(spec)"
      case .end(let id): "end \(id.number)"
      case .refuse(let work): "refuse \(work)"
      case .fail(let work, let failure): "fail \(work) as \(failure)"
      case .startAgain(let id, let spec, let work): "start \(id.number) with \(spec) for \(work)"
      }
    }
  }
}
