import Core
import Testing

@testable import Admission

/// A state machine with a clock of its own.
struct AdmissionFixture {
  let place: AccountRegion
  var machine: AdmissionStateMachine
  private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000_000)

  init(concurrency: Int = 1000) throws {
    place = AccountRegion(
      account: try #require(AccountID("000000000001")), region: try #require(Region("us-east-1")))
    machine = AdmissionStateMachine(limits: AdmissionLimits(concurrency: concurrency, idleTimeout: .seconds(600)))
  }

  func scope(_ function: String) -> AdmissionScope { AdmissionScope(place: place, function: function) }

  mutating func advance(by duration: Duration) { now = now.advanced(by: duration) }

  /// - Returns: why it was refused; nil when it was admitted.
  mutating func admit(_ function: String, version: Int = 0) -> Throttle.Reason? {
    do throws(Throttle) {
      try machine.admit(scope(function), version: version, at: now)
      return nil
    } catch {
      return error.reason
    }
  }

  /// - Returns: how many of so many were admitted, and why the first of the others was not.
  mutating func admit(_ count: Int, _ function: String, version: Int = 0) -> (admitted: Int, refused: Throttle.Reason?)
  {
    var (admitted, refused) = (0, Throttle.Reason?.none)
    for _ in 0..<count {
      if let reason = admit(function, version: version) { refused = refused ?? reason } else { admitted += 1 }
    }
    return (admitted, refused)
  }

  mutating func release(_ count: Int = 1, _ function: String, version: Int = 0) {
    for _ in 0..<count { machine.release(scope(function), version: version) }
  }

  mutating func reserve(_ reserved: Int?, _ function: String, provisioned: [Int: Int] = [:]) {
    machine.configure(FunctionLimits(reserved: reserved, provisioned: provisioned), for: scope(function))
  }
}
