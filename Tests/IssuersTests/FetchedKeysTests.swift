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
    fetched.clock.advance(by: .seconds(599))
    try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    #expect(fetched.count == 1)
    // From now on they are asked for again, and go on to count.
    fetched.answer(nil)
    for seconds in [1, 10, 289] {
      fetched.clock.advance(by: .seconds(seconds))
      for _ in 0..<3 { try await fetched.keys.verify(try bench.signedByRSA(), of: source) }
    }
    #expect(fetched.count == 4)
    fetched.clock.advance(by: .seconds(1))
    await #expect(throws: WebIdentityFailure.unreachable) {
      try await fetched.keys.verify(try bench.signedByRSA(), of: source)
    }
  }

  @Test func `while new keys are fetched the others go on with those that are held`() async throws {
    let bench = try IssuerBench()
    let slow = SlowFetches(try await IssuerBench.set(try bench.rsaKey()), most: 2)
    let (source, signed) = (try source(), try bench.signedByRSA())
    slow.open()
    try await slow.keys.verify(signed, of: source)
    slow.close()
    slow.clock.advance(by: .seconds(600))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await slow.keys.verify(signed, of: source)
        slow.starts.finish()
      }
      for await count in slow.started where count == 2 { break }
      for _ in 0..<20 { try await slow.keys.verify(signed, of: source) }
      slow.open()
      try await group.waitForAll()
    }
    #expect(slow.count == 2)
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

  @Test func `the order of thumbprints makes no difference`() async throws {
    let bench = try IssuerBench()
    let fetched = Fetching(try await IssuerBench.set(try bench.rsaKey()))
    for thumbprints in [["one", "two"], ["two", "one"]] {
      try await fetched.keys.verify(try bench.signedByRSA(), of: try source("a.example.com", thumbprints))
    }
    #expect(fetched.count == 1)
  }

  @Test func `when there is no room the issuer that was asked the longest ago is forgotten, and no other`() async throws
  {
    let bench = try IssuerBench()
    let fetched = Fetching(try await IssuerBench.set(try bench.rsaKey()))
    let signed = try bench.signedByRSA()
    let sources = try (0...FetchedKeys.mostIssuers).map { try source("a\($0).example.com") }
    for source in sources {
      try await fetched.keys.verify(signed, of: source)
      fetched.clock.advance(by: .milliseconds(1))
    }
    #expect(fetched.count == sources.count)
    for source in sources.dropFirst() { try await fetched.keys.verify(signed, of: source) }
    #expect(fetched.count == sources.count)
    // What has ended goes first: all but the last, which is renewed.
    fetched.clock.advance(by: .seconds(899))
    try await fetched.keys.verify(signed, of: sources[sources.count - 1])
    fetched.clock.advance(by: .seconds(20))
    try await fetched.keys.verify(signed, of: sources[0])
    try await fetched.keys.verify(signed, of: sources[sources.count - 1])
    #expect(fetched.count == sources.count + 2)
  }

  @Test func `while somebody asks the others wait, as many as may`() async throws {
    let bench = try IssuerBench()
    let slow = SlowFetches(try await IssuerBench.set(try bench.rsaKey()))
    let results = try await slow.verify(
      try bench.signedByRSA(), for: (0..<50).map { (try source(), try account($0)) }, room: 1 + FetchedKeys.mostWaiting)
    #expect(results.filter { $0 == nil }.count == 1 + FetchedKeys.mostWaiting)
    #expect(results.filter { $0 == .unreachable }.count == 50 - 1 - FetchedKeys.mostWaiting)
    #expect(slow.count == 1)
  }

  @Test func `slow issuers of one account keep only its own waiting`() async throws {
    let bench = try IssuerBench()
    let slow = SlowFetches(try await IssuerBench.set(try bench.rsaKey()), most: FetchedKeys.mostOfAccount)
    let asked = try (0..<30).map { (try source("a\($0 / 2).example.com"), try account(1)) }
    let results = try await slow.verify(try bench.signedByRSA(), for: asked, room: FetchedKeys.mostOfAccount)
    #expect(results.filter { $0 == nil }.count == FetchedKeys.mostOfAccount)
    // Who has waited makes room.
    try await slow.keys.verify(try bench.signedByRSA(), of: try source("b.example.com"), for: try account(1))
  }

  @Test func `slow issuers of all accounts leave room for what needs no keys`() async throws {
    let bench = try IssuerBench()
    let slow = SlowFetches(try await IssuerBench.set(try bench.rsaKey()), most: FetchedKeys.mostBusy)
    let asked = try (0..<80).map { (try source("a\($0).example.com"), try account($0 / 8)) }
    let results = try await slow.verify(try bench.signedByRSA(), for: asked, room: FetchedKeys.mostBusy)
    #expect(results.filter { $0 == nil }.count == FetchedKeys.mostBusy)
    #expect(results.filter { $0 == .unreachable }.count == asked.count - FetchedKeys.mostBusy)
    #expect(slow.count == FetchedKeys.mostBusy)
  }

  @Test func `who may not wait goes on with keys that are to be renewed`() async throws {
    let bench = try IssuerBench()
    var cache = KeyCache()
    let start = ManualTimeSource().monotonicTime()
    cache.ended(with: try await IssuerBench.set(try bench.rsaKey()), at: start)
    for (seconds, isHeld) in [(599, true), (600, true), (899, true), (900, false)] {
      let now = start.advanced(by: .seconds(seconds))
      switch cache.ask(for: "rsa", at: now, mayWait: false) {
      case .use: #expect(isHeld)
      case .unavailable: #expect(!isHeld)
      case .fetch, .wait: Issue.record("it waits after \(seconds) seconds")
      }
      guard case .unavailable = cache.ask(for: "other", at: now, mayWait: false) else {
        Issue.record("a key was found after \(seconds) seconds")
        continue
      }
    }
  }
}

private func account(_ number: Int) throws -> AccountID {
  let digits = String(number)
  return try #require(AccountID(String(repeating: "0", count: 12 - digits.utf8.count) + digits))
}

extension FetchedKeys {
  fileprivate func verify(_ signed: SignedText, of source: KeySource) async throws {
    try await verify(signed, of: source, for: try account(1))
  }
}

/// Fetches that end when the test lets them.
private final class SlowFetches: Sendable {
  let clock = ManualTimeSource()
  let keys: FetchedKeys
  /// How many have started, after each that does.
  let started: AsyncStream<Int>
  let starts: AsyncStream<Int>.Continuation
  private let state: State

  private final class State: Sendable {
    let waiting = Mutex((isOpen: false, fetches: [CheckedContinuation<Void, Never>]()))
    let count = Mutex(0)

    func open() {
      let fetches = waiting.withLock { waiting in
        defer { waiting = (true, []) }
        return waiting.fetches
      }
      for fetch in fetches { fetch.resume() }
    }
  }

  /// - Parameter most: how many may be under way: one more lets all of them end.
  init(_ answer: KeySet, most: Int = 1) {
    let state = State()
    self.state = state
    let (started, starts) = AsyncStream.makeStream(of: Int.self)
    self.started = started
    self.starts = starts
    keys = FetchedKeys(time: clock, report: { _, _ in }) { _ throws(IssuerFault) in
      let count = state.count.withLock {
        $0 += 1
        return $0
      }
      starts.yield(count)
      if count > most { state.open() }
      await withCheckedContinuation { fetch in
        let isOpen = state.waiting.withLock {
          if !$0.isOpen { $0.fetches.append(fetch) }
          return $0.isOpen
        }
        if isOpen { fetch.resume() }
      }
      return answer
    }
  }

  var count: Int { state.count.withLock { $0 } }

  func open() { state.open() }

  func close() { state.waiting.withLock { $0.isOpen = false } }

  /// All at once; what is fetched comes when `room` are left.
  ///
  /// - Returns: what was wrong with each; nil: nothing.
  func verify(
    _ signed: SignedText, for asked: [(KeySource, AccountID)], room: Int
  ) async throws -> [WebIdentityFailure?] {
    await withTaskGroup(of: WebIdentityFailure?.self) { group in
      for (source, account) in asked {
        group.addTask { [keys] in
          do throws(WebIdentityFailure) {
            try await keys.verify(signed, of: source, for: account)
            return nil
          } catch {
            return error
          }
        }
      }
      var results: [WebIdentityFailure?] = []
      for await result in group {
        results.append(result)
        // Those who may wait do: the rest has been turned away.
        if results.count == asked.count - room { open() }
      }
      return results
    }
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
