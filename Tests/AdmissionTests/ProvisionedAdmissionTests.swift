import Core
import Testing

@testable import Admission

/// Concurrency that is provisioned for versions.
struct ProvisionedAdmissionTests {
  @Test func `what is provisioned for a version is kept for it, and more of it runs on demand`() throws {
    var fixture = try AdmissionFixture(concurrency: 200)
    fixture.reserve(nil, "f", provisioned: [1: 60])
    #expect(fixture.machine.unreserved(at: fixture.place) == 140)
    #expect(fixture.admit(150, "other") == (140, .concurrentInvocationLimitExceeded))
    #expect(fixture.admit("f") == .concurrentInvocationLimitExceeded)
    #expect(fixture.admit(61, "f", version: 1) == (60, .concurrentInvocationLimitExceeded))
    fixture.release(10, "other")
    #expect(fixture.admit(11, "f", version: 1) == (10, .concurrentInvocationLimitExceeded))
  }

  @Test func `what is provisioned is part of what is reserved`() throws {
    var fixture = try AdmissionFixture()
    fixture.reserve(10, "f", provisioned: [1: 6])
    #expect(fixture.machine.unreserved(at: fixture.place) == 990)
    #expect(fixture.admit(10, "f") == (4, .reservedFunctionConcurrentInvocationLimitExceeded))
    #expect(fixture.admit(10, "f", version: 1) == (6, .reservedFunctionConcurrentInvocationLimitExceeded))
  }

  @Test func `what runs while provisioning changes is counted anew`() throws {
    var fixture = try AdmissionFixture(concurrency: 200)
    #expect(fixture.admit(50, "f", version: 1).admitted == 50)
    fixture.reserve(nil, "f", provisioned: [1: 50])
    #expect(fixture.admit(160, "other") == (150, .concurrentInvocationLimitExceeded))
    fixture.reserve(nil, "f")
    #expect(fixture.admit("other") == .concurrentInvocationLimitExceeded)
    fixture.release(50, "f", version: 1)
    #expect(fixture.admit(60, "other") == (50, .concurrentInvocationLimitExceeded))
  }

  @Test func `what is provisioned does not grow`() throws {
    var fixture = try AdmissionFixture(concurrency: 10_000)
    fixture.reserve(nil, "f", provisioned: [1: 1500])
    #expect(fixture.admit(2600, "f", version: 1) == (2500, .functionInvocationRateLimitExceeded))
  }

  @Test func `nothing is left of storms over versions that come and go`() throws {
    var fixture = try AdmissionFixture(concurrency: 300)
    var random: UInt64 = 7
    func choose(_ count: Int) -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((random >> 33) % UInt64(count))
    }
    var running: [Int] = []
    for _ in 0..<5000 {
      switch choose(10) {
      case 0: fixture.reserve(choose(2) == 0 ? nil : 100, "f", provisioned: [1: choose(30), 2: choose(30)])
      case 1...5:
        let version = choose(3)
        if fixture.admit("f", version: version) == nil { running.append(version) }
      case 6...8:
        guard !running.isEmpty else { continue }
        fixture.release(1, "f", version: running.remove(at: choose(running.count)))
      default: fixture.advance(by: .milliseconds(choose(100)))
      }
      #expect(fixture.machine.concurrency(at: fixture.place) == running.count)
    }
    for version in running { fixture.release(1, "f", version: version) }
    fixture.reserve(nil, "f")
    fixture.advance(by: .seconds(60))
    #expect(fixture.admit(301, "other") == (300, .concurrentInvocationLimitExceeded))
  }
}
