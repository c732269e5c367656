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

  /// How many may wait for one issuer's answer.
  static let mostWaiting = 16
  private static let mostIssuers = 1000

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

  package func verify(_ signed: SignedText, of source: KeySource) async throws(WebIdentityFailure) {
    try await keys(of: source, with: signed.keyID).verify(signed)
  }

  /// The issuer's keys: with the one of that name, if the issuer has it.
  ///
  /// - Throws: `.unreachable`.
  func keys(of source: KeySource, with keyID: String) async throws(WebIdentityFailure) -> KeySet {
    if caches.count >= Self.mostIssuers { caches = caches.filter { $0.value.isFetching } }
    while true {
      switch caches[source, default: KeyCache()].ask(for: keyID, at: time.monotonicTime()) {
      case .use(let keys): return keys
      case .unavailable: throw .unreachable
      case .wait:
        guard waiting[source, default: []].count < Self.mostWaiting else { throw .unreachable }
        await withCheckedContinuation { waiting[source, default: []].append($0) }
      case .fetch: await refresh(source)
      }
    }
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
