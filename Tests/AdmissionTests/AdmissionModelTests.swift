import Core
import Testing

@testable import Admission

/// Random storms against a model that counts every invocation one by one.
struct AdmissionModelTests {
  @Test(arguments: 1...40) func `no storm breaks a floor or a ceiling, and nothing leaks`(seed: UInt64) throws {
    var model = try AdmissionModel(seed: seed)
    for _ in 0..<2000 { model.step() }
    #expect(model.problems == [])
    #expect(model.admitted > 100)
    model.releaseAll()
    #expect(model.problems == [])
  }
}

/// What runs, as a list, beside a state machine that only counts.
private struct AdmissionModel {
  private static let limit = 130
  private let names = ["a", "b", "c", "d"]
  private var fixture: AdmissionFixture
  private var running: [String] = []
  private var reserved: [String: Int] = [:]
  private var random: UInt64
  private(set) var admitted = 0
  private(set) var problems: [String] = []

  init(seed: UInt64) throws {
    fixture = try AdmissionFixture(concurrency: Self.limit)
    random = seed
  }

  mutating func step() {
    let name = names[choose(names.count)]
    switch choose(20) {
    case 0...11: for _ in 0...choose(8) { admit(name) }
    case 12...15: for _ in 0...choose(8) { release() }
    case 16: reserve(name)
    case 17: delete(name)
    default: fixture.advance(by: .milliseconds(choose(500)))
    }
    compare()
  }

  mutating func releaseAll() {
    while !running.isEmpty { release() }
    names.forEach { delete($0) }
    compare()
    if fixture.machine.knownFunctions != 0 { problems.append("\(fixture.machine.knownFunctions) functions are left") }
  }

  private mutating func admit(_ name: String) {
    let reason = fixture.admit(name)
    let expected = refusal(of: name)
    // Rates are checked elsewhere; here they only may refuse what the concurrency would let in.
    let isRate =
      reason == .functionInvocationRateLimitExceeded || reason == .reservedFunctionInvocationRateLimitExceeded
    if reason != expected, !(expected == nil && isRate) {
      problems.append("\(name): \(String(describing: reason)) instead of \(String(describing: expected))")
    }
    guard reason == nil else { return }
    running.append(name)
    admitted += 1
  }

  private func refusal(of name: String) -> Throttle.Reason? {
    if let reserved = reserved[name], count(name) >= reserved {
      return .reservedFunctionConcurrentInvocationLimitExceeded
    }
    let shared = running.count { reserved[$0] == nil }
    let isFull = reserved[name] == nil && shared >= Self.limit - reserved.values.reduce(0, +)
    return isFull || running.count >= Self.limit ? .concurrentInvocationLimitExceeded : nil
  }

  private mutating func release() {
    guard !running.isEmpty else { return }
    fixture.release(1, running.remove(at: choose(running.count)))
  }

  /// As PutFunctionConcurrency does: never so much that less than a hundred is left.
  private mutating func reserve(_ name: String) {
    let others = reserved.filter { $0.key != name }.values.reduce(0, +)
    let wanted = choose(3) == 0 ? nil : choose(12)
    guard others + (wanted ?? 0) <= Self.limit - 100 else { return }
    reserved[name] = wanted
    fixture.reserve(wanted, name)
  }

  private mutating func delete(_ name: String) {
    reserved[name] = nil
    fixture.machine.forget(fixture.scope(name))
  }

  private mutating func compare() {
    for name in names where fixture.machine.concurrency(of: fixture.scope(name)) != count(name) {
      problems.append("\(name) runs \(count(name)), not \(fixture.machine.concurrency(of: fixture.scope(name)))")
    }
    if fixture.machine.concurrency(at: fixture.place) != running.count { problems.append("the account is off") }
  }

  private func count(_ name: String) -> Int { running.count { $0 == name } }

  private mutating func choose(_ count: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((random >> 33) % UInt64(count))
  }
}
