import Core
import Testing

@testable import Execution

/// How a full host is shared.
struct FairShareTests {
  private func owner(_ account: String, _ function: String = "f") -> PoolOwner {
    PoolOwner(account: account, function: function)
  }

  private func claims(_ demands: [PoolOwner: Int]) -> [PoolOwner: FairShare.Claim] {
    demands.mapValues { FairShare.Claim(demand: $0, holding: 0) }
  }

  @Test func `who asks for less than an equal part gets it, and the others share the rest`() {
    let shares = FairShare.shares(of: 100, among: claims([owner("1"): 10, owner("2"): 200, owner("3"): 200]))
    #expect(shares == [owner("1"): 10, owner("2"): 45, owner("3"): 45])
  }

  @Test func `an account with many functions gets no more than one with a single function`() {
    var demands = [owner("lone"): 500]
    for number in 0..<9 { demands[owner("many", "f\(number)")] = 500 }
    let shares = FairShare.shares(of: 180, among: claims(demands))
    #expect(shares[owner("lone")] == 90)
    #expect((0..<9).allSatisfy { shares[owner("many", "f\($0)")] == 10 })
  }

  @Test func `where there is not one for each, those come first who have none`() {
    let (has, hasNot) = (owner("1", "has"), owner("1", "has not"))
    let claims = [has: FairShare.Claim(demand: 2, holding: 1), hasNot: FairShare.Claim(demand: 2, holding: 0)]
    #expect(FairShare.shares(of: 1, among: claims) == [has: 0, hasNot: 1])
    #expect(FairShare.shares(of: 3, among: claims) == [has: 1, hasNot: 2])
  }

  @Test(arguments: 1...20) func `shares are within demands and together within the host`(seed: UInt64) {
    var random = RandomNumbers(seed: seed)
    var demands: [PoolOwner: Int] = [:]
    for _ in 0..<(1 + random.choose(12)) {
      demands[owner("\(random.choose(3))", "f\(random.choose(6))")] = 1 + random.choose(40)
    }
    let capacity = 20 + random.choose(60)
    let shares = FairShare.shares(of: capacity, among: claims(demands))
    #expect(shares.allSatisfy { $0.value <= demands[$0.key] ?? 0 })
    #expect(shares.values.reduce(0, +) <= capacity)
    #expect(shares.values.reduce(0, +) == min(capacity, demands.values.reduce(0, +)))
  }
}

/// A sequence of numbers that is the same in each run.
struct RandomNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func choose(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(count))
  }
}
