import Core
import Federation
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Fetches the keys of issuers (OpenID Connect Discovery 1.0), each document over a connection of its own.
struct IssuerClient: Sendable {
  let group: any EventLoopGroup
  let certificates: CertificateCheck
  let lookups = NameLookups()

  static let longestAnswer = 256 << 10
  /// For one document, from the name's look-up to the last byte.
  private static let timeLimit = TimeAmount.seconds(5)

  func keys(of source: KeySource) async throws(IssuerFault) -> KeySet {
    let text = try await get(Self.configuration(of: source.url), source)
    return try await KeySet(reading: try await get(try Self.keys(in: text, of: source.url), source))
  }

  /// Of an issuer that ends with a slash, that one goes (section 4.1).
  private static func configuration(of issuer: HTTPSURL) throws(IssuerFault) -> HTTPSURL {
    let base = issuer.description.hasSuffix("/") ? String(issuer.description.dropLast()) : issuer.description
    guard let url = HTTPSURL(base + "/.well-known/openid-configuration") else {
      throw .malformed("its address is too long")
    }
    return url
  }

  /// The address of the keys; the document has to be about the issuer itself (section 4.3).
  private static func keys(in text: [UInt8], of issuer: HTTPSURL) throws(IssuerFault) -> HTTPSURL {
    guard let document = JSONValue(unambiguous: text), let named = document["issuer"]?.string,
      named.utf8.elementsEqual(issuer.description.utf8)
    else { throw .malformed("its configuration is no JSON object that names it as the issuer") }
    guard let url = document["jwks_uri"]?.string.flatMap(HTTPSURL.init) else {
      throw .malformed("its configuration has no jwks_uri that is an https URL of a host with a name")
    }
    return url
  }

  private func get(_ url: HTTPSURL, _ source: KeySource) async throws(IssuerFault) -> [UInt8] {
    let loop = group.next()
    let answer = loop.makePromise(of: [UInt8].self)
    let limit = loop.scheduleTask(in: Self.timeLimit) { answer.fail(IssuerFault.timeout) }
    answer.futureResult.whenComplete { _ in limit.cancel() }
    let connected = ClientBootstrap(group: loop)
      .connectTimeout(Self.timeLimit)
      .resolver(NameResolver(lookups, on: loop))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          // Whatever ends the exchange ends the connection.
          answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
          try configure(channel, url, source, answer)
        }
      }
      .connect(host: url.host, port: url.port)
    connected.whenFailure { answer.fail(IssuerFault.connection("\($0)")) }
    do {
      return try await answer.futureResult.get()
    } catch let fault as IssuerFault {
      throw fault
    } catch {
      throw .connection("\(error)")
    }
  }

  private func configure(
    _ channel: any Channel, _ url: HTTPSURL, _ source: KeySource, _ answer: EventLoopPromise<[UInt8]>
  ) throws {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    // `certificates` looks at what is presented: the library's own look is replaced by it, host name and all.
    configuration.trustRoots = .certificates([])
    let tls = try NIOSSLClientHandler(
      context: try NIOSSLContext(configuration: configuration), serverHostname: url.host,
      customVerificationCallback: { [certificates] chain, verdict in
        guard let presented = try? chain.map({ try $0.toDERBytes() }) else { return verdict.succeed(.failed) }
        verdict.completeWithTask {
          let isProven = await certificates.accepts(presented, of: url.host, thumbprints: source.thumbprints)
          if !isProven { answer.fail(IssuerFault.certificate) }
          return isProven ? .certificateVerified : .failed
        }
      })
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(tls)
    try pipeline.addHTTPClientHandlers()
    try pipeline.addHandler(IssuerExchange(url, answer))
  }
}
