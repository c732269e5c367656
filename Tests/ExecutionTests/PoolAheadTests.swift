import Core
import Testing

@testable import Execution

/// Environments that are kept initialised ahead of work.
struct PoolAheadTests {
  private typealias Pool = PoolStateMachine<String, String, Int, String>

  private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

  /// The ids of what was started ahead.
  private func started(_ actions: [Pool.Action]) -> [EnvironmentID] {
    actions.compactMap { if case .startAhead(let id, _) = $0 { id } else { nil } }
  }

  private func ended(_ actions: [Pool.Action]) -> [EnvironmentID] {
    actions.compactMap { if case .end(let id) = $0 { id } else { nil } }
  }

  @Test func `what is kept is started without work, once, and stays when it is idle`() {
    var pool = Pool(capacity: 8, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.keep(2, key: "a", spec: "s")
    let ids = started(pool.reap(at: time(1)))
    #expect(ids.count == 2)
    #expect(pool.initialisedAhead("a") == (0, 0))
    #expect(started(pool.reap(at: time(2))).isEmpty)
    for id in ids { _ = pool.available(id, at: time(3)) }
    #expect(pool.initialisedAhead("a") == (2, 2))
    #expect(ended(pool.reap(at: time(3600))).isEmpty)
  }

  @Test func `what is kept takes work, and more work starts more on demand`() {
    var pool = Pool(capacity: 8, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.keep(1, key: "a", spec: "s")
    let ids = started(pool.reap(at: time(1)))
    _ = pool.available(ids[0], at: time(1))
    guard case .run(1, on: ids[0])? = pool.submit(1, key: "a", at: time(1), spec: "s").first else {
      Issue.record("the work does not run where it should")
      return
    }
    #expect(pool.initialisedAhead("a") == (1, 0))
    guard case .start(let spilled, _)? = pool.submit(2, key: "a", at: time(1), spec: "s").first else {
      Issue.record("nothing is started on demand")
      return
    }
    _ = pool.available(spilled, at: time(2))
    _ = pool.available(spilled, at: time(2))
    #expect(pool.initialisedAhead("a") == (1, 0))
    #expect(ended(pool.reap(at: time(20))) == [spilled])
  }

  @Test func `what is kept is replaced when it ends`() {
    var pool = Pool(capacity: 8, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.keep(1, key: "a", spec: "s")
    let first = started(pool.reap(at: time(1)))
    _ = pool.available(first[0], at: time(1))
    _ = pool.ended(first[0], .afterStart(repeated: nil), at: time(1))
    let second = started(pool.reap(at: time(2)))
    #expect(second.count == 1 && second != first)
  }

  @Test func `after an init phase that failed nothing is started for a while`() {
    var pool = Pool(capacity: 8, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.keep(1, key: "a", spec: "s")
    let ids = started(pool.reap(at: time(1)))
    #expect(pool.keyOfStartAhead(ids[0]) == "a")
    pool.failedAhead("a", at: time(1))
    _ = pool.ended(ids[0], .afterStart(repeated: nil), at: time(1))
    #expect(started(pool.reap(at: time(30))).isEmpty)
    #expect(started(pool.reap(at: time(31))).count == 1)
    pool.failedAhead("a", at: time(31))
    pool.keep(2, key: "a", spec: "s")
    #expect(started(pool.reap(at: time(32))).count == 1)
  }

  @Test func `what is kept no more ends when it is idle`() {
    var pool = Pool(capacity: 8, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.keep(3, key: "a", spec: "s")
    let ids = started(pool.reap(at: time(1)))
    for id in ids { _ = pool.available(id, at: time(1)) }
    _ = pool.submit(1, key: "a", at: time(1), spec: "s")
    pool.keep(1, key: "a", spec: "s")
    #expect(ended(pool.reap(at: time(2))).count == 2)
    pool.release("a")
    #expect(ended(pool.reap(at: time(3))).isEmpty)
    _ = pool.available(ids[2], at: time(4))
    #expect(ended(pool.reap(at: time(5))) == [ids[2]])
  }

  @Test func `on a full host what is idle on demand makes room, and what is kept does not`() {
    var pool = Pool(capacity: 1, idleTimeout: .seconds(100), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    guard case .start(let id, _)? = pool.submit(1, key: "b", at: time(1), spec: "t").first else { return }
    _ = pool.available(id, at: time(1))
    pool.keep(1, key: "a", spec: "s")
    #expect(pool.reap(at: time(2)).isEmpty)
    _ = pool.available(id, at: time(2))
    #expect(ended(pool.reap(at: time(3))) == [id])
    _ = pool.ended(id, .afterStart(repeated: nil), at: time(1))
    let kept = started(pool.reap(at: time(4)))
    #expect(kept.count == 1)
    for id in kept { _ = pool.available(id, at: time(5)) }
    #expect(pool.submit(2, key: "b", at: time(5), spec: "t").isEmpty)
    #expect(pool.reap(at: time(6)).isEmpty)
    guard case .refuse(2)? = pool.reap(at: time(7)).first else {
      Issue.record("work of another key takes what is kept")
      return
    }
  }

  @Test func `few are started at the same time`() {
    var pool = Pool(capacity: 100, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.keep(40, key: "a", spec: "s")
    let first = started(pool.reap(at: time(1)))
    #expect(first.count == 16)
    for id in first { _ = pool.available(id, at: time(1)) }
    #expect(started(pool.reap(at: time(2))).count == 16)
  }

  @Test func `nothing is started ahead once the pool ends`() {
    var pool = Pool(capacity: 8, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.keep(1, key: "a", spec: "s")
    _ = pool.endAll()
    #expect(pool.reap(at: time(1)).isEmpty)
  }
}
