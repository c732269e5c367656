import Core
import Testing

@testable import Execution

/// Environments that get too old.
struct PoolLifetimeTests {
  private typealias Pool = PoolStateMachine<String, String, Int, String>

  private var pool = Pool(
    capacity: 200, idleTimeout: .seconds(1000), freezeDelay: .seconds(1000), lifetime: .seconds(100))

  private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

  private func started(_ actions: [Pool.Action]) -> [EnvironmentID] {
    actions.compactMap {
      switch $0 {
      case .start(let id, _), .startAhead(let id, _): id
      default: nil
      }
    }
  }

  private func ended(_ actions: [Pool.Action]) -> [EnvironmentID] {
    actions.compactMap { if case .end(let id) = $0 { id } else { nil } }
  }

  @Test mutating func `an idle one ends when it is too old, however lately it worked`() {
    let id = started(pool.submit(1, key: "a", at: time(0), spec: "s"))[0]
    _ = pool.available(id, at: time(1))
    #expect(pool.available(id, at: time(99)).isEmpty)
    #expect(ended(pool.reap(at: time(99))).isEmpty)
    #expect(ended(pool.reap(at: time(117))) == [id])
  }

  @Test mutating func `one that never rests ends after its work, and what waits gets another`() {
    let id = started(pool.submit(1, key: "a", at: time(0), spec: "s"))[0]
    _ = pool.available(id, at: time(1))
    pool.finishing(id)
    #expect(pool.submit(2, key: "a", at: time(117), spec: "s").isEmpty)
    let actions = pool.available(id, at: time(117))
    #expect(ended(actions) == [id])
    #expect(started(actions).count == 1)
  }

  @Test mutating func `those that work and were started together do not end together`() {
    let ids = (0..<120).map { started(pool.submit($0, key: "a", at: time(0), spec: "s"))[0] }
    for id in ids { _ = pool.available(id, at: time(1)) }
    var ends: [Int64: Int] = [:]
    for second in Int64(100)...117 {
      for id in ids { ends[second, default: 0] += ended(pool.available(id, at: time(second))).count }
    }
    #expect(ends.values.reduce(0, +) == 120)
    #expect(ends.values.allSatisfy { $0 <= 12 })
  }

  @Test mutating func `what is kept is replaced little by little`() {
    pool.keep(120, key: "a", spec: "s")
    var ids: [EnvironmentID] = []
    while ids.count < 120 {
      let more = started(pool.reap(at: time(1)))
      for id in more { _ = pool.available(id, at: time(1)) }
      ids += more
    }
    var replaced = 0
    for second in 101..<161 {
      let actions = pool.reap(at: time(Int64(second)))
      let old = ended(actions)
      #expect(old.count == 2)
      #expect(started(actions).count == old.count)
      for id in old { _ = pool.ended(id, .afterStart(repeated: nil), at: time(Int64(second))) }
      for id in started(actions) { _ = pool.available(id, at: time(Int64(second))) }
      replaced += old.count
    }
    #expect(replaced == 120)
    #expect(pool.initialisedAhead("a") == (120, 120))
  }
}
