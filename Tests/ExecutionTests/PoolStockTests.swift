import Core
import Testing

@testable import Execution

/// Environments that are parked, each to be taken by the first work that needs another one.
struct PoolStockTests {
  private typealias Pool = PoolStateMachine<String, String, Int, String>

  private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

  private func started(_ actions: [Pool.Action]) -> [EnvironmentID] {
    actions.compactMap {
      switch $0 {
      case .startAhead(let id, _), .start(let id, _): id
      default: nil
      }
    }
  }

  private func ended(_ actions: [Pool.Action]) -> [EnvironmentID] {
    actions.compactMap { if case .end(let id) = $0 { id } else { nil } }
  }

  private func run(_ actions: [Pool.Action]) -> EnvironmentID? {
    actions.lazy.compactMap { if case .run(_, on: let id) = $0 { id } else { nil } }.first
  }

  /// A pool with so many parked of the key `a`.
  private func pool(parked count: Int, capacity: Int = 16) -> (Pool, [EnvironmentID]) {
    var pool = Pool(
      capacity: capacity, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.park(count, key: "a", spec: "s")
    var ids: [EnvironmentID] = []
    for _ in 0..<8 {
      let more = started(pool.reap(at: time(0)))
      for id in more { _ = pool.available(id, at: time(0)) }
      ids += more
    }
    return (pool, ids)
  }

  @Test func `what is parked stays, however long nothing comes`() {
    var (pool, ids) = pool(parked: 3)
    #expect(ids.count == 3)
    #expect(pool.reap(at: time(3600)).isEmpty)
  }

  @Test func `what was taken is like any other, and another one is parked in its place`() {
    var (pool, ids) = pool(parked: 1)
    #expect(run(pool.submit(1, key: "a", at: time(1), spec: "s")) == ids[0])
    let next = started(pool.reap(at: time(1)))
    #expect(next.count == 1)
    _ = pool.available(next[0], at: time(1))
    _ = pool.available(ids[0], at: time(2))
    #expect(ended(pool.reap(at: time(12))) == [ids[0]])
  }

  @Test func `what has worked is used before what is parked, which is used oldest first`() {
    var (pool, ids) = pool(parked: 3)
    #expect(run(pool.submit(1, key: "a", at: time(1), spec: "s")) == ids[0])
    _ = pool.available(ids[0], at: time(1))
    #expect(run(pool.submit(2, key: "a", at: time(1), spec: "s")) == ids[0])
    #expect(run(pool.submit(3, key: "a", at: time(1), spec: "s")) == ids[1])
    #expect(run(pool.submit(4, key: "a", at: time(1), spec: "s")) == ids[2])
  }

  @Test func `work beyond the stock starts environments, and what it does not take after all is parked`() {
    var (pool, ids) = pool(parked: 1)
    _ = pool.submit(1, key: "a", at: time(1), spec: "s")
    let more = started(pool.submit(2, key: "a", at: time(1), spec: "s"))
    #expect(more.count == 1)
    // The first environment is free before the second is there.
    #expect(run(pool.available(ids[0], at: time(1))) == ids[0])
    #expect(pool.available(more[0], at: time(2)).isEmpty)
    #expect(pool.reap(at: time(100)).isEmpty)
    #expect(pool.takeDemand()["a"].map { [$0.taken] } == [2])
  }

  @Test func `demand is what was taken and what was started beyond, told once`() {
    var (pool, ids) = pool(parked: 2)
    #expect(pool.takeDemand()["a"]?.isInUse == false)
    for work in 1...5 { _ = pool.submit(work, key: "a", at: time(1), spec: "s") }
    let demand = pool.takeDemand()["a"]
    #expect(demand?.taken == 5 && demand?.isInUse == true)
    _ = pool.available(ids[0], at: time(1))
    #expect(pool.takeDemand()["a"]?.taken == 0)
    #expect(pool.takeDemand().count == 1)
  }

  @Test func `work that waits takes what is about to be parked`() {
    var pool = Pool(capacity: 8, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    pool.park(1, key: "a", spec: "s")
    let first = started(pool.reap(at: time(1)))
    #expect(pool.submit(1, key: "a", at: time(1), spec: "s").isEmpty)
    #expect(run(pool.available(first[0], at: time(2))) == first[0])
    #expect(pool.takeDemand()["a"]?.taken == 1)
    #expect(started(pool.reap(at: time(3))).count == 1)
  }

  @Test func `a stock that is to be smaller gives up what is too much`() {
    var (pool, ids) = pool(parked: 3)
    pool.resizeStock(of: "a", to: 1)
    #expect(ended(pool.reap(at: time(1))).count == 2)
    for id in ids { _ = pool.ended(id, .afterStart(repeated: nil), at: time(6)) }
    pool.resizeStock(of: "a", to: 0)
    #expect(pool.reap(at: time(2)).isEmpty)
    // It is a stock still.
    pool.resizeStock(of: "a", to: 1)
    #expect(started(pool.reap(at: time(3))).count == 1)
    pool.release("a")
    pool.resizeStock(of: "a", to: 1)
    #expect(pool.takeDemand().isEmpty)
  }

  @Test func `a stock makes room for work, after what is idle on demand, and takes none`() {
    var (pool, ids) = pool(parked: 3, capacity: 4)
    let other = started(pool.submit(1, key: "b", at: time(1), spec: "t"))
    _ = pool.available(other[0], at: time(5))
    _ = pool.available(other[0], at: time(5))
    #expect(ended(pool.submit(2, key: "c", at: time(5), spec: "u")) == other)
    _ = pool.ended(other[0], .afterStart(repeated: nil), at: time(6))
    #expect(ids.contains(ended(pool.submit(3, key: "c", at: time(6), spec: "u")).first ?? other[0]))
    // Three of four are all that stocks may have, with what others have.
    #expect(started(pool.reap(at: time(6))).isEmpty)
  }

  @Test func `few are started at the same time, of all stocks together`() {
    var pool = Pool(capacity: 100, idleTimeout: .seconds(10), freezeDelay: .seconds(1), lifetime: .seconds(100_000))
    for key in ["a", "b", "c"] { pool.park(3, key: key, spec: "s") }
    let first = started(pool.reap(at: time(1)))
    #expect(first.count == 4)
    #expect(started(pool.reap(at: time(2))).isEmpty)
    _ = pool.available(first[0], at: time(2))
    _ = pool.ended(first[1], .afterStart(repeated: nil), at: time(6))
    #expect(started(pool.reap(at: time(3))).count == 2)
  }
}
