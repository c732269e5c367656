package import Core
package import Federation
package import NIOCore

/// The keys of all issuers that tokens came from, fetched when they are needed: of each issuer one fetch at a time.
package actor FetchedKeys: IssuerKeys {
  typealias Fetch = @Sendable (KeySource) async throws(IssuerFault) -> KeySet

  private let fetch: Fetch
  private let time: any TimeSource
  private let report: @Sendable (HTTPSURL, any Error) -> Void
  private var caches: [KeySource: KeyCache] = [:]
  private var waiting: [KeySource: [CheckedContinuation<Void, Never>]] = [:]
  /// How many fetch or wait, for each account that has some.
  private var busy: [AccountID: Int] = [:]

  /// How many may wait for one issuer's answer, beside who asks.
  static let mostWaiting = 4
  /// How many may fetch or wait for one account: its issuers may be slow, and keep only itself waiting.
  static let mostOfAccount = 8
  /// How many may fetch or wait altogether: fewer than what the queue of unsigned requests runs at once.
  static let mostBusy = 48
  static let mostIssuers = 1000

  /// - Parameter report: hears why an issuer's keys could not be had.
  init(time: any TimeSource, report: @escaping @Sendable (HTTPSURL, any Error) -> Void, fetch: @escaping Fetch) {
    self.time = time
    self.report = report
    self.fetch = fetch
  }

  /// Fetches from the issuers themselves.
  ///
  /// - Parameters:
  ///   - group: of the connections.
  ///   - report: hears why an issuer's keys could not be had; of one issuer at most every 10 seconds.
  package init(
    time: any TimeSource, group: any EventLoopGroup, report: @escaping @Sendable (HTTPSURL, any Error) -> Void
  ) {
    let client = IssuerClient(group: group, certificates: CertificateCheck(time: time))
    self.init(time: time, report: report) { source throws(IssuerFault) in try await client.keys(of: source) }
  }

  package nonisolated func verify(
    _ signed: SignedText, of source: KeySource, for account: AccountID
  ) async throws(WebIdentityFailure) {
    try await keys(of: source, with: signed.keyID, for: account).verify(signed)
  }

  /// The issuer's keys: with the one of that name, if the issuer has it.
  ///
  /// - Throws: `.unreachable`.
  func keys(
    of source: KeySource, with keyID: String, for account: AccountID
  ) async throws(WebIdentityFailure) -> KeySet {
    makeRoom(for: source)
    while true {
      let now = time.monotonicTime()
      switch caches[source, default: KeyCache()].ask(for: keyID, at: now, mayWait: mayWait(account)) {
      case .use(let keys): return keys
      case .unavailable: throw .unreachable
      case .wait:
        guard waiting[source, default: []].count < Self.mostWaiting else { throw .unreachable }
        busy[account, default: 0] += 1
        await withCheckedContinuation { waiting[source, default: []].append($0) }
        isDone(account)
      case .fetch:
        busy[account, default: 0] += 1
        await refresh(source)
        isDone(account)
      }
    }
  }

  private func mayWait(_ account: AccountID) -> Bool {
    busy[account, default: 0] < Self.mostOfAccount && busy.values.reduce(0, +) < Self.mostBusy
  }

  private func isDone(_ account: AccountID) {
    let left = busy[account, default: 0] - 1
    busy[account] = left > 0 ? left : nil
  }

  /// Forgets what is worth nothing any more and then, if it must be, the issuer that was asked the longest ago.
  private func makeRoom(for source: KeySource) {
    guard caches[source] == nil, caches.count >= Self.mostIssuers else { return }
    let now = time.monotonicTime()
    caches = caches.filter { !$0.value.isEmpty(at: now) }
    guard caches.count >= Self.mostIssuers else { return }
    let ended = caches.compactMap { source, cache in cache.isFetching ? nil : cache.lastEnd.map { (source, $0) } }
    if let oldest = ended.min(by: { $0.1 < $1.1 }) { caches[oldest.0] = nil }
  }

  private func refresh(_ source: KeySource) async {
    var keys: KeySet?
    do {
      keys = try await fetch(source)
    } catch {
      report(source.url, error)
    }
    caches[source, default: KeyCache()].ended(with: keys, at: time.monotonicTime())
    for waiter in waiting.removeValue(forKey: source) ?? [] { waiter.resume() }
  }
}
