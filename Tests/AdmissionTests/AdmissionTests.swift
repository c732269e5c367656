import Core
import Testing

@testable import Admission

/// The controller: leases, what is taken over from the catalog, and what is counted.
struct AdmissionTests {
  private let scope: AdmissionScope

  init() throws { scope = try AdmissionFixture().scope("f") }

  private func controller(_ concurrency: Int) -> AdmissionController {
    AdmissionController(
      limits: AdmissionLimits(concurrency: concurrency, idleTimeout: .seconds(60)), time: ManualTimeSource())
  }

  @Test func `a lease is given back once`() throws {
    let admission = controller(2)
    let leases = [try admission.admit(scope, version: 0), try admission.admit(scope, version: 0)]
    #expect(admission.concurrency(at: scope.place) == 2)
    leases[0].release()
    leases[0].release()
    #expect(admission.concurrency(at: scope.place) == 1)
    #expect(admission.concurrency(of: scope) == 1)
    _ = leases
  }

  @Test func `a lease that nobody holds is given back`() throws {
    let admission = controller(1)
    do { _ = try admission.admit(scope, version: 0) }
    #expect(admission.concurrency(at: scope.place) == 0)
  }

  @Test func `what is taken over holds at once, and a function that is gone has nothing reserved`() throws {
    let admission = controller(200)
    admission.refresh(scope) { FunctionLimits(reserved: 0) }
    #expect(throws: Throttle(reason: .reservedFunctionConcurrentInvocationLimitExceeded)) {
      try admission.admit(scope, version: 0)
    }
    admission.refresh(scope) { FunctionLimits(reserved: 50) }
    #expect(admission.unreserved(at: scope.place) == 150)
    admission.refresh(scope) { nil }
    #expect(admission.unreserved(at: scope.place) == 200)
    _ = try admission.admit(scope, version: 0)
  }

  @Test func `what is admitted and what is refused is counted, by reason`() throws {
    let admission = controller(1)
    let lease = try admission.admit(scope, version: 0)
    for _ in 0..<3 { _ = try? admission.admit(scope, version: 0) }
    #expect(admission.counters.admitted == 1)
    #expect(admission.counters.count(of: .concurrentInvocationLimitExceeded) == 3)
    #expect(admission.counters.count(of: .functionInvocationRateLimitExceeded) == 0)
    lease.release()
  }
}
