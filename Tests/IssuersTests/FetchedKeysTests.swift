import Core
import Federation
import JSON
import Synchronization
import Testing

@testable import Issuers

@Suite struct FetchedKeysTests {
  private func source(_ host: String = "issuer.example.com", _ thumbprints: [String] = []) throws -> KeySource {
    KeySource(url: try #require(HTTPSURL("https://\(host)")), thumbprints: thumbprints)
  }

  @Test func `keys count for a quarter of an hour`() async throws {
    let bench = try IssuerBench()
    let fetched = Fetching(try await IssuerBench.set(try bench.rsaKey()))
    let source = try source()
    for _ in 0..<3 { try await fetched.keys.verify(try bench.signedByRSA(), of: source) }
    #expect(fetched.count == 1)
    fetched.clock.advance(by: .seconds(899))
    try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    #expect(fetched.count == 1)
    fetched.clock.advance(by: .seconds(1))
    try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    #expect(fetched.count == 2)
  }

  @Test func `an unknown key is a reason to ask, but not at once again`() async throws {
    let (bench, other) = (try IssuerBench(), try IssuerBench())
    let fetched = Fetching(try await IssuerBench.set(try bench.rsaKey()))
    let (source, new) = (try source(), try other.signedByRSA(key: "new"))
    try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    fetched.answer(try await IssuerBench.set(try other.rsaKey(["kid": "new"])))
    fetched.clock.advance(by: .seconds(9))
    for _ in 0..<100 {
      await #expect(throws: WebIdentityFailure.unknownKey) { try await fetched.keys.verify(new, of: source) }
    }
    #expect(fetched.count == 1)
    fetched.clock.advance(by: .seconds(1))
    try await fetched.keys.verify(new, of: source)
    #expect(fetched.count == 2)
    // What the issuer has withdrawn counts no more, and is no reason to ask for a while.
    await #expect(throws: WebIdentityFailure.unknownKey) {
      try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    }
    #expect(fetched.count == 2)
  }

  @Test func `a fetch that failed is not tried again at once, and keys that are held go on to count`() async throws {
    let bench = try IssuerBench()
    let fetched = Fetching(nil)
    let source = try source()
    for _ in 0..<3 {
      await #expect(throws: WebIdentityFailure.unreachable) {
        try await fetched.keys.verify(try bench.signedByRSA(), of: source)
      }
    }
    #expect(fetched.count == 1)
    #expect(fetched.reports == 1)
    fetched.answer(try await IssuerBench.set(try bench.rsaKey()))
    fetched.clock.advance(by: .seconds(10))
    try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    fetched.answer(nil)
    fetched.clock.advance(by: .seconds(10))
    await #expect(throws: WebIdentityFailure.unknownKey) {
      try await fetched.keys.verify(try bench.signedByRSA(key: "x"), of: source)
    }
    try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    #expect(fetched.count == 3)
  }

  @Test func `accounts that trust other certificates do not share keys`() async throws {
    let bench = try IssuerBench()
    let fetched = Fetching(try await IssuerBench.set(try bench.rsaKey()))
    try await fetched.keys.verify(try bench.signedByRSA(), of: try source("a.example.com", ["one"]))
    fetched.answer(nil)
    await #expect(throws: WebIdentityFailure.unreachable) {
      try await fetched.keys.verify(try bench.signedByRSA(), of: try source("a.example.com", ["two"]))
    }
    await #expect(throws: WebIdentityFailure.unreachable) {
      try await fetched.keys.verify(try bench.signedByRSA(), of: try source("b.example.com", ["one"]))
    }
  }

  @Test func `while somebody asks the others wait, as many as may`() async throws {
    let bench = try IssuerBench()
    let set = try await IssuerBench.set(try bench.rsaKey())
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let count = Mutex(0)
    let keys = FetchedKeys(time: ManualTimeSource(), report: { _, _ in }) { _ throws(IssuerFault) in
      count.withLock { $0 += 1 }
      for await _ in gate {}
      return set
    }
    let (source, signed) = (try source(), try bench.signedByRSA())
    let results = await withTaskGroup(of: WebIdentityFailure?.self) { group in
      for _ in 0..<50 {
        group.addTask {
          do throws(WebIdentityFailure) {
            try await keys.verify(signed, of: source)
            return nil
          } catch {
            return error
          }
        }
      }
      var results: [WebIdentityFailure?] = []
      for await result in group {
        results.append(result)
        // One asks and sixteen wait: the rest has been turned away.
        if results.count == 50 - 1 - FetchedKeys.mostWaiting { open.finish() }
      }
      return results
    }
    #expect(results.filter { $0 == nil }.count == 1 + FetchedKeys.mostWaiting)
    #expect(results.filter { $0 == .unreachable }.count == 50 - 1 - FetchedKeys.mostWaiting)
    #expect(count.withLock { $0 } == 1)
  }
}

/// Fetches that answer what the test says.
private final class Fetching: Sendable {
  let clock = ManualTimeSource()
  let keys: FetchedKeys
  private let state: State

  private final class State: Sendable {
    let answer: Mutex<KeySet?>
    let counts = Mutex((fetches: 0, reports: 0))

    init(_ answer: KeySet?) { self.answer = Mutex(answer) }
  }

  init(_ answer: KeySet?) {
    let state = State(answer)
    self.state = state
    keys = FetchedKeys(time: clock, report: { _, _ in state.counts.withLock { $0.reports += 1 } }) {
      _ throws(IssuerFault) in
      state.counts.withLock { $0.fetches += 1 }
      guard let keys = state.answer.withLock({ $0 }) else { throw .timeout }
      return keys
    }
  }

  func answer(_ keys: KeySet?) { state.answer.withLock { $0 = keys } }

  var count: Int { state.counts.withLock { $0.fetches } }
  var reports: Int { state.counts.withLock { $0.reports } }
}
