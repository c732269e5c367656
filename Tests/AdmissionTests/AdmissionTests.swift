import Admission
import Core
import Testing

struct AdmissionTests {
  private let one = AccountID("000000000001")
  private let other = AccountID("000000000002")

  @Test func `an account is throttled at its limit and no other with it`() throws {
    let (one, other) = (try #require(one), try #require(other))
    let admission = AdmissionController(ledger: ConcurrencyLedger(accountLimit: 2))
    let leases = [try admission.admit(one), try admission.admit(one)]
    #expect(throws: Throttle(reason: .concurrentInvocationLimitExceeded)) { try admission.admit(one) }
    _ = try admission.admit(other)
    #expect(admission.concurrency(of: one) == 2)
    leases[0].release()
    leases[0].release()
    #expect(admission.concurrency(of: one) == 1)
    _ = leases
  }

  @Test func `a lease that nobody holds is given back`() throws {
    let one = try #require(one)
    let admission = AdmissionController(ledger: ConcurrencyLedger(accountLimit: 1))
    do { _ = try admission.admit(one) }
    #expect(admission.concurrency(of: one) == 0)
  }
}
