import Core
import Testing

@testable import Gate

struct RequestMeterTests {
  private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

  @Test func `so many come at once, and then as many as the rate has`() {
    let meter = RequestMeter(Rate(name: "x", count: 10, per: .seconds(1)))
    #expect((0..<20).count { _ in meter.take(at: time(5000)) } == 10)
    #expect((0..<20).count { _ in meter.take(at: time(5100)) } == 1)
    #expect((0..<20).count { _ in meter.take(at: time(5600)) } == 5)
    #expect((0..<20).count { _ in meter.take(at: time(9000)) } == 10)
  }

  @Test func `a budget that is a part of another takes from both, or from neither`() {
    let whole = ByteBudget(limit: 10)
    let (first, second) = (ByteBudget(limit: 8, within: whole), ByteBudget(limit: 8, within: whole))
    var held = first.reserve(8)
    #expect(held != nil && first.reserve(1) == nil && second.reserve(3) == nil)
    #expect((first.reservedBytes, second.reservedBytes, whole.reservedBytes) == (8, 0, 8))
    held = nil
    #expect(second.reserve(8) != nil)
    #expect((first.reservedBytes, second.reservedBytes, whole.reservedBytes) == (0, 0, 0))
  }
}
