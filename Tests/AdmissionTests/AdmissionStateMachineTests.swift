import Core
import Testing

@testable import Admission

/// Concurrency: what is reserved, what is left, and what is given back.
struct AdmissionStateMachineTests {
  @Test func `an account is throttled at its limit and no other with it`() throws {
    var fixture = try AdmissionFixture(concurrency: 2)
    #expect(fixture.admit(3, "f") == (2, .concurrentInvocationLimitExceeded))
    let account = try #require(AccountID("000000000002"))
    let other = AccountRegion(account: account, region: fixture.place.region)
    try fixture.machine.admit(AdmissionScope(place: other, function: "f"), version: 0, at: fixture.now)
    #expect(fixture.machine.concurrency(at: fixture.place) == 2)
    fixture.release(1, "f")
    #expect(fixture.admit("f") == nil)
  }

  @Test func `what is reserved for a function is its ceiling`() throws {
    var fixture = try AdmissionFixture()
    fixture.reserve(5, "f")
    #expect(fixture.admit(7, "f") == (5, .reservedFunctionConcurrentInvocationLimitExceeded))
    fixture.release(2, "f")
    #expect(fixture.admit(7, "f") == (2, .reservedFunctionConcurrentInvocationLimitExceeded))
  }

  @Test func `what is reserved for a function is its floor`() throws {
    var fixture = try AdmissionFixture(concurrency: 300)
    fixture.reserve(200, "f")
    #expect(fixture.admit(150, "other") == (100, .concurrentInvocationLimitExceeded))
    #expect(fixture.admit(200, "f") == (200, nil))
  }

  @Test func `zero reserved lets nothing run`() throws {
    var fixture = try AdmissionFixture()
    fixture.reserve(0, "f")
    #expect(fixture.admit("f") == .reservedFunctionConcurrentInvocationLimitExceeded)
    fixture.reserve(nil, "f")
    #expect(fixture.admit("f") == nil)
  }

  @Test func `what runs counts against a reservation that comes later, and no more against what is shared`() throws {
    var fixture = try AdmissionFixture(concurrency: 200)
    #expect(fixture.admit(80, "f").admitted == 80)
    fixture.reserve(100, "f")
    #expect(fixture.admit(101, "other") == (100, .concurrentInvocationLimitExceeded))
    #expect(fixture.admit(21, "f") == (20, .reservedFunctionConcurrentInvocationLimitExceeded))
    fixture.reserve(nil, "f")
    #expect(fixture.admit("other") == .concurrentInvocationLimitExceeded)
    fixture.release(100, "f")
    fixture.release(100, "other")
    #expect(fixture.admit(201, "other") == (200, .concurrentInvocationLimitExceeded))
  }

  @Test func `the account's limit holds even while a reservation meets what others run already`() throws {
    var fixture = try AdmissionFixture(concurrency: 200)
    #expect(fixture.admit(200, "other").admitted == 200)
    fixture.reserve(100, "f")
    #expect(fixture.admit("f") == .concurrentInvocationLimitExceeded)
    fixture.release(100, "other")
    #expect(fixture.admit("other") == .concurrentInvocationLimitExceeded)
    #expect(fixture.admit(100, "f") == (100, nil))
  }

  @Test func `a lowered limit leaves functions without a reservation what reserving has to leave`() throws {
    var fixture = try AdmissionFixture(concurrency: 150)
    fixture.reserve(140, "f")
    #expect(fixture.machine.unreserved(at: fixture.place) == 100)
    #expect(try AdmissionFixture(concurrency: 7).machine.limits.leastUnreserved == 7)
  }

  @Test func `a function that is gone is forgotten when its last invocation ends`() throws {
    var fixture = try AdmissionFixture(concurrency: 300)
    fixture.reserve(200, "f")
    #expect(fixture.admit("f") == nil)
    fixture.machine.forget(fixture.scope("f"))
    #expect(fixture.machine.unreserved(at: fixture.place) == 300)
    #expect(fixture.machine.knownFunctions == 1)
    fixture.release(1, "f")
    #expect(fixture.machine.knownFunctions == 0)
    #expect(fixture.machine.concurrency(at: fixture.place) == 0)
  }

  @Test func `a release without an admission changes nothing`() throws {
    var fixture = try AdmissionFixture()
    fixture.release(1, "f")
    #expect(fixture.machine.concurrency(at: fixture.place) == 0)
  }
}
