import Core
import Sandbox
import Testing

@testable import Execution

/// How many are to be ready, by what was asked for and when.
struct StockPolicyTests {
  private let time = ManualTimeSource()
  private let forked: StockLine

  init() throws {
    forked = StockLine(kind: .forked(try #require(AccountID("000000000007"))), runtime: 0, environment: [])
  }

  @Test func `a line that is new is kept at the least of its kind`() {
    var policy = StockPolicy(capacity: 4)
    for line in [forked, line(.booted), line(.prepared)] { _ = policy.number(of: line, at: time.monotonicTime()) }
    #expect(counts(policy) == [8, 2, 2])
  }

  @Test func `a line is kept at what was taken in its busiest second`() {
    var policy = StockPolicy(capacity: 4)
    take(20, of: forked, from: &policy)
    time.advance(by: .seconds(1))
    take(10, of: forked, from: &policy)
    #expect(counts(policy) == [20])
    time.advance(by: .seconds(1))
    take(30, of: forked, from: &policy)
    #expect(counts(policy) == [30])
  }

  @Test func `what is taken in two seconds is not what is taken in one`() {
    var policy = StockPolicy(capacity: 4)
    for _ in 0..<6 {
      take(9, of: forked, from: &policy)
      time.advance(by: .seconds(1))
    }
    #expect(counts(policy) == [9])
  }

  @Test func `no line is kept above the most of its kind`() {
    var policy = StockPolicy(capacity: 4)
    for line in [forked, line(.booted), line(.prepared)] { take(500, of: line, from: &policy) }
    #expect(counts(policy) == [64, 8, 16])
  }

  @Test func `a busy second is forgotten after a minute, and the next one counts from there`() {
    var policy = StockPolicy(capacity: 4)
    take(20, of: forked, from: &policy)
    time.advance(by: .seconds(60))
    #expect(counts(policy) == [20])
    time.advance(by: .milliseconds(1))
    #expect(counts(policy) == [8])
    take(10, of: forked, from: &policy)
    #expect(counts(policy) == [10])
  }

  @Test func `a second as busy as the busiest keeps it in mind`() {
    var policy = StockPolicy(capacity: 4)
    take(20, of: forked, from: &policy)
    time.advance(by: .seconds(40))
    take(20, of: forked, from: &policy)
    time.advance(by: .seconds(40))
    #expect(counts(policy) == [20])
  }

  @Test func `short of memory, a line is kept at next to nothing, whatever was taken`() {
    var policy = StockPolicy(capacity: 4)
    for line in [forked, line(.booted), line(.prepared)] { take(20, of: line, from: &policy) }
    #expect(counts(policy, isMemoryShort: true) == [1, 0, 1])
    #expect(counts(policy) == [20, 8, 16])
  }

  @Test func `a line keeps its number, and equal lines are one`() {
    var policy = StockPolicy(capacity: 4)
    let first = policy.number(of: forked, at: time.monotonicTime())
    let second = policy.number(of: line(.booted), at: time.monotonicTime())
    #expect(first != second)
    #expect(policy.taken(forked, at: time.monotonicTime()) == first)
    #expect(policy.number(of: line(.booted), at: time.monotonicTime()) == second)
    #expect(policy.count == 2)
  }

  @Test func `the line that was not used for longest gives way when there is no other`() {
    var policy = StockPolicy(capacity: 2)
    let first = policy.taken(forked, at: time.monotonicTime())
    time.advance(by: .seconds(1))
    let second = policy.taken(line(.booted), at: time.monotonicTime())
    time.advance(by: .seconds(1))
    #expect(policy.taken(forked, at: time.monotonicTime()) == first)
    #expect(policy.taken(line(.prepared), at: time.monotonicTime()) == second)
    #expect(
      policy.targets(at: time.monotonicTime(), isMemoryShort: false).map(\.line.kind) == [forked.kind, .prepared])
  }

  private func line(_ kind: StockLine.Kind) -> StockLine { StockLine(kind: kind, runtime: 1, environment: []) }

  private func take(_ count: Int, of line: StockLine, from policy: inout StockPolicy) {
    for _ in 0..<count { _ = policy.taken(line, at: time.monotonicTime()) }
  }

  private func counts(_ policy: StockPolicy, isMemoryShort: Bool = false) -> [Int] {
    policy.targets(at: time.monotonicTime(), isMemoryShort: isMemoryShort).map(\.count)
  }
}
