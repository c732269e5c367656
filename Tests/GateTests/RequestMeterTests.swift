import Core
import Testing

@testable import Gate

struct RequestMeterTests {
  private let health = "GET /_redoubt/health HTTP/1.1\r\nHost: x\r\n\r\n"

  private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

  @Test func `so many come at once, and then as many as the rate has`() {
    let meter = RequestMeter(Rate(name: "x", count: 10, per: .seconds(1)))
    #expect((0..<20).count { _ in meter.take(at: time(5000)) } == 10)
    #expect((0..<20).count { _ in meter.take(at: time(5100)) } == 1)
    #expect((0..<20).count { _ in meter.take(at: time(5600)) } == 5)
    #expect((0..<20).count { _ in meter.take(at: time(9000)) } == 10)
  }

  @Test func `what is asked too often is refused whatever it is, and what is malformed gets no answer`() throws {
    let fixture = try GateFixture { $0.requestRate = Rate(name: "x", count: 3, per: .seconds(3)) }
    let connection = try EmbeddedConnection(fixture)
    // All at once, as they come from whoever does not wait.
    try connection.receive(String(repeating: health, count: 5))
    #expect(try connection.answers().map(\.status) == [200, 200, 200, 429])
    for text in ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"] {
      let other = try EmbeddedConnection(fixture)
      try other.receive(text)
      #expect(try other.sent().isEmpty && !other.isOpen)
    }
    #expect(fixture.counters.count(of: .rateExceeded) == 3)
    fixture.clock.advance(by: .seconds(3))
    let later = try EmbeddedConnection(fixture)
    try later.receive(health)
    #expect(try later.onlyAnswer().status == 200)
  }

  @Test func `a body counts by its length`() {
    let meter = RequestMeter(Rate(name: "x", count: 10, per: .seconds(1)))
    #expect(meter.take(at: time(5000)))
    meter.take(19, at: time(5000))
    #expect(!meter.take(at: time(6000)))
    #expect(meter.take(at: time(6100)))
  }

  @Test func `one function leaves others their part of the budget`() throws {
    let budgets = FunctionBudgets(limit: 40)
    let (first, second) = (
      try #require(ARN("arn:aws:lambda:us-east-1:000000000000:function:a")),
      try #require(ARN("arn:aws:lambda:us-east-1:000000000000:function:b"))
    )
    let (one, again) = (budgets.budget(of: first), budgets.budget(of: first))
    #expect(one === again)
    let held = one.reserve(10)
    #expect(held != nil && again.reserve(1) == nil)
    #expect(budgets.budget(of: second).reserve(10) != nil)
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
