import Core
import Testing

@testable import Admission

/// Requests a second and growth.
struct AdmissionRateTests {
  /// So many short invocations, one after the other.
  private func run(_ count: Int, _ function: String, _ fixture: inout AdmissionFixture) -> (Int, Throttle.Reason?) {
    var (done, refused) = (0, Throttle.Reason?.none)
    for _ in 0..<count {
      if let reason = fixture.admit(function) {
        refused = refused ?? reason
      } else {
        done += 1
        fixture.release(1, function)
      }
    }
    return (done, refused)
  }

  @Test func `a function begins ten times what is reserved for it in a second`() throws {
    var fixture = try AdmissionFixture()
    fixture.reserve(5, "f")
    #expect(run(60, "f", &fixture) == (50, .reservedFunctionInvocationRateLimitExceeded))
    fixture.advance(by: .milliseconds(100))
    #expect(run(60, "f", &fixture) == (5, .reservedFunctionInvocationRateLimitExceeded))
    fixture.advance(by: .seconds(3600))
    #expect(run(60, "f", &fixture) == (50, .reservedFunctionInvocationRateLimitExceeded))
  }

  @Test func `functions without a reservation share ten times what the account may run`() throws {
    var fixture = try AdmissionFixture(concurrency: 3)
    #expect(run(20, "f", &fixture) == (20, nil))
    #expect(run(20, "g", &fixture) == (10, .functionInvocationRateLimitExceeded))
    fixture.advance(by: .milliseconds(500))
    #expect(run(20, "f", &fixture) == (15, .functionInvocationRateLimitExceeded))
  }

  @Test func `what is refused uses nothing of the rate up`() throws {
    var fixture = try AdmissionFixture()
    fixture.reserve(1, "f")
    #expect(fixture.admit("f") == nil)
    for _ in 0..<100 { #expect(fixture.admit("f") == .reservedFunctionConcurrentInvocationLimitExceeded) }
    fixture.release(1, "f")
    #expect(run(20, "f", &fixture) == (9, .reservedFunctionInvocationRateLimitExceeded))
  }

  @Test func `a function grows by a thousand at once and then by a hundred a second`() throws {
    var fixture = try AdmissionFixture(concurrency: 10_000)
    #expect(fixture.admit(1200, "f") == (1000, .functionInvocationRateLimitExceeded))
    #expect(fixture.admit(50, "g") == (50, nil))
    fixture.advance(by: .seconds(2))
    #expect(fixture.admit(300, "f") == (200, .functionInvocationRateLimitExceeded))
    fixture.advance(by: .seconds(60))
    #expect(fixture.admit(1200, "f") == (1000, .functionInvocationRateLimitExceeded))
  }

  @Test func `a function with a reservation grows no faster`() throws {
    var fixture = try AdmissionFixture(concurrency: 10_000)
    fixture.reserve(5000, "f")
    #expect(fixture.admit(1200, "f") == (1000, .reservedFunctionInvocationRateLimitExceeded))
  }

  @Test func `a function comes back to the concurrency that it had, as long as its environments are kept`() throws {
    var fixture = try AdmissionFixture(concurrency: 10_000)
    #expect(fixture.admit(1000, "f").admitted == 1000)
    fixture.release(1000, "f")
    fixture.advance(by: .seconds(1))
    #expect(fixture.admit(1300, "f").admitted == 1100)
    fixture.release(1100, "f")
    fixture.advance(by: .seconds(3600))
    #expect(fixture.admit(1300, "f").admitted == 1000)
  }
}
