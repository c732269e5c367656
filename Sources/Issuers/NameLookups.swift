import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Looks names up on threads of its own, as many at once as there are threads.
///
/// The system's resolver cannot be interrupted: a name whose servers do not answer takes a thread for as long as it tries,
/// and nothing but that thread.
final class NameLookups: Sendable {
  typealias LookUp = @Sendable (_ host: String, _ port: Int) throws -> [SocketAddress]

  static let mostAtOnce = 16

  private let pool = NIOThreadPool(numberOfThreads: mostAtOnce)
  private let underWay = Mutex(0)
  private let lookUp: LookUp

  init(lookUp: @escaping LookUp = NameLookups.addresses) {
    self.lookUp = lookUp
    pool.start()
  }

  deinit { pool.shutdownGracefully { _ in } }

  /// - Returns: the addresses in the order in which to try them (RFC 6724); an `IssuerFault` at once when as many names
  ///   as may are being looked up.
  func find(_ host: String, _ port: Int, on loop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
    let isTaken = underWay.withLock { count in
      guard count < Self.mostAtOnce else { return false }
      count += 1
      return true
    }
    guard isTaken else {
      return loop.makeFailedFuture(IssuerFault.connection("too many names are being looked up"))
    }
    return pool.runIfActive(eventLoop: loop) { [self] in
      defer { underWay.withLock { $0 -= 1 } }
      return try lookUp(host, port)
    }
  }

  private static func addresses(_ host: String, _ port: Int) throws(IssuerFault) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var first: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &first)
    guard status == 0 else { throw .connection("its name was not found: \(String(cString: gai_strerror(status)))") }
    defer { freeaddrinfo(first) }
    var found: [SocketAddress] = []
    var next = first
    while let info = next?.pointee {
      if let address = address(info, host) { found.append(address) }
      next = info.ai_next
    }
    return found
  }

  private static func address(_ info: addrinfo, _ host: String) -> SocketAddress? {
    guard let address = UnsafeRawPointer(info.ai_addr) else { return nil }
    switch info.ai_family {
    case AF_INET: return SocketAddress(address.loadUnaligned(as: sockaddr_in.self), host: host)
    case AF_INET6: return SocketAddress(address.loadUnaligned(as: sockaddr_in6.self), host: host)
    default: return nil
    }
  }
}

/// The look-up of one name, for one connection: it finds the addresses of both kinds at once.
struct NameResolver: Resolver, Sendable {
  private let lookups: NameLookups
  private let loop: any EventLoop
  private let found: EventLoopPromise<[SocketAddress]>

  init(_ lookups: NameLookups, on loop: any EventLoop) {
    self.lookups = lookups
    self.loop = loop
    found = loop.makePromise()
  }

  /// Always asked for first.
  func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    lookups.find(host, port, on: loop).cascade(to: found)
    return found.futureResult.map { $0.filter { $0.protocol == .inet6 } }
  }

  func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    found.futureResult.map { $0.filter { $0.protocol == .inet } }
  }

  func cancelQueries() {}
}
