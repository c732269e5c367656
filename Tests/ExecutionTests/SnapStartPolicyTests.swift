import Core
import Testing

@testable import Execution

struct SnapStartPolicyTests {
  private typealias Policy = SnapStartPolicy<String>

  private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

  private func policy() -> Policy {
    var policy = Policy()
    policy.follow("a", at: time(0))
    return policy
  }

  @Test func `one is parked from the beginning, and none of what is not followed`() {
    var policy = policy()
    #expect(policy.target("a", isFirst: true, at: time(0)) == 1)
    #expect(policy.target("a", isFirst: false, at: time(1)) == 1)
    #expect(policy.target("b", isFirst: true, at: time(1)) == 0)
    policy.forget("a")
    #expect(policy.target("a", isFirst: false, at: time(1)) == 0)
  }

  @Test func `after a burst as many are parked as it took, up to a limit, and for a while`() {
    var policy = policy()
    policy.note("a", taken: 5, isInUse: true, at: time(10))
    policy.note("a", taken: 2, isInUse: true, at: time(11))
    #expect(policy.target("a", isFirst: false, at: time(12)) == 5)
    #expect(policy.target("a", isFirst: false, at: time(310)) == 5)
    #expect(policy.target("a", isFirst: false, at: time(311)) == 1)
    policy.note("a", taken: 2, isInUse: true, at: time(400))
    #expect(policy.target("a", isFirst: false, at: time(400)) == 2)
    policy.note("a", taken: 500, isInUse: true, at: time(401))
    #expect(policy.target("a", isFirst: false, at: time(401)) == Policy.most)
  }

  @Test func `a version that is followed once more keeps what is known of it`() {
    var policy = policy()
    policy.note("a", taken: 3, isInUse: true, at: time(10))
    policy.follow("a", at: time(11))
    #expect(policy.target("a", isFirst: false, at: time(12)) == 3)
  }

  @Test func `while memory is short, and a minute longer, only a first one is parked`() {
    var policy = policy()
    policy.note("a", taken: 3, isInUse: true, at: time(10))
    policy.note(isMemoryShort: true, at: time(20))
    policy.note(isMemoryShort: false, at: time(21))
    #expect(policy.target("a", isFirst: false, at: time(21)) == 0)
    #expect(policy.target("a", isFirst: true, at: time(21)) == 1)
    #expect(policy.target("a", isFirst: false, at: time(79)) == 0)
    #expect(policy.target("a", isFirst: false, at: time(80)) == 3)
  }

  @Test func `a version out of use for two weeks has none, until it is used`() {
    var policy = policy()
    let day: Int64 = 86_400
    policy.note("a", taken: 0, isInUse: true, at: time(day))
    policy.note("a", taken: 0, isInUse: false, at: time(10 * day))
    #expect(policy.target("a", isFirst: false, at: time(15 * day - 1)) == 1)
    #expect(policy.target("a", isFirst: false, at: time(15 * day)) == 0)
    policy.note("a", taken: 1, isInUse: true, at: time(16 * day))
    #expect(policy.target("a", isFirst: false, at: time(16 * day)) == 1)
  }
}
