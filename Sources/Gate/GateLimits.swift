package import Core
package import NIOCore

/// What one listener allows. All of these protect the server itself; quotas of accounts are elsewhere.
package struct GateLimits: Sendable {
  /// Open connections at once; one more is closed as soon as it is accepted.
  package var connections = 4096
  /// Bytes of request line and headers, with their line ends and the empty line.
  package var headerBytes = 16 << 10
  /// Header lines of one request.
  package var headerCount = 100
  /// From the connection's or the request's first byte until the head is complete.
  package var headerTimeout = TimeAmount.seconds(10)
  /// From the head until the body is complete, on top of what `bodyRate` gives a long body.
  package var bodyTimeout = TimeAmount.seconds(60)
  /// Bytes a second that a body must reach: a body of N bytes may take `bodyTimeout` and N / `bodyRate` seconds.
  package var bodyRate = 64 << 10
  /// How long a connection may rest between two requests.
  package var idleTimeout = TimeAmount.seconds(75)
  /// A client that takes fewer than `stallBytes` of a waiting answer in this time is closed.
  package var stallTimeout = TimeAmount.seconds(30)
  package var stallBytes = 16 << 10
  /// Bytes of answers that may wait for one client; an answer that outgrows this is broken off.
  package var waitingResponseBytes = 64 << 20
  /// Bytes of bodies, over all connections, of requests whose signature is not yet verified.
  package var unauthenticatedBytes = 256 << 20
  /// Bytes of a body that comes with GET, HEAD or DELETE, where no operation expects any.
  package var unexpectedBodyBytes = 4 << 10
  /// After a refusal that leaves a body unread, what the client still sends is dropped for this long, so that it can
  /// read the answer (RFC 9112 section 9.6).
  package var lingerTimeout = TimeAmount.seconds(2)
  package var lingerBytes = 16 << 20
  /// Requests of all connections together; nil: as many as come.
  package var requestRate: Rate?
  /// Connections that are accepted; nil: as fast as they come.
  package var connectionRate: Rate?
  /// How long requests under way may take to finish once shutdown has begun.
  package var drainTimeout = TimeAmount.seconds(30)

  package init() {}

  /// What one execution environment may ask for: its code is nobody's friend.
  package static var insideEnvironment: GateLimits {
    var limits = GateLimits()
    limits.connections = 32
    limits.bodyTimeout = .seconds(10)
    limits.bodyRate = 4 << 20
    limits.waitingResponseBytes = 8 << 20
    limits.stallBytes = 1 << 20
    limits.unauthenticatedBytes = 16 << 20
    limits.connectionRate = Rate(name: "connection", count: 200, per: .seconds(2))
    limits.requestRate = Rate(name: "environment", count: 500, per: .seconds(2))
    return limits
  }
}
