import Authorization
import Core
import Identity
import NIOCore
import Wire

/// A request whose head was accepted and whose body is coming in. Used on its connection's event loop only.
final class Intake {
  let exchange: Exchange
  private let match: ServiceTable.Match
  private let head: RequestHead
  /// nil: nobody has signed it, or it is verified.
  private var pending: PendingVerification?
  private let isSigned: Bool
  private let region: Region
  private var body: [UInt8] = []
  /// Given back as soon as the signature is verified, or with this object.
  private var reservation: ByteBudget.Reservation?

  /// Of a form that nobody has signed: more than any operation for such forms has members.
  private static let mostParameters = 100

  /// Memory is taken as bytes arrive: a length that was only announced reserves no more than this.
  private static let firstCapacity = 64 << 10

  /// A request that is there as a whole.
  enum Request {
    case authenticated(Authenticated<OperationRequest>)
    case unsigned(UnsignedRequest)
  }

  init(
    _ exchange: Exchange, _ match: ServiceTable.Match, head: RequestHead, pending: consuming PendingVerification?,
    region: Region, length: Int, reservation: ByteBudget.Reservation?
  ) {
    self.exchange = exchange
    self.head = head
    isSigned = pending != nil
    self.pending = pending
    self.region = region
    self.reservation = reservation
    self.match = match
    body.reserveCapacity(min(length, Self.firstCapacity))
  }

  var service: ServiceDescription { match.service }

  func take(_ bytes: ByteBuffer) {
    bytes.withUnsafeReadableBytes { bytes in
      pending?.update(bytes)
      body.append(contentsOf: bytes)
    }
    exchange.requestBytes = body.count
  }

  /// - Throws: when the signature does not cover what came.
  func finish() throws(AuthenticationFailure) -> Request {
    defer { reservation = nil }
    guard isSigned else {
      return .unsigned(
        UnsignedRequest(
          head: head, body: body, requestID: exchange.requestID, region: region, source: exchange.source))
    }
    guard let pending = pending.take() else { throw .signatureMismatch }
    return .authenticated(try finish(pending))
  }

  private func finish(
    _ pending: consuming PendingVerification
  ) throws(AuthenticationFailure) -> Authenticated<OperationRequest> {
    let place = AccountRegion(account: pending.principal.account, region: region)
    let request = OperationRequest(
      head: head, pathParameters: match.pathParameters, body: body, requestID: exchange.requestID, place: place,
      source: exchange.source)
    let authenticated = try pending.finish(request)
    exchange.principal = authenticated.principal.arnText
    exchange.strayedFrom = strayedFrom(authenticated.principal)
    return authenticated
  }

  /// A function may give away links that it has signed; its credentials it may not.
  private func strayedFrom(_ principal: Principal) -> ARN? {
    guard case .roleSession(let session) = principal.kind, let function = session.sourceFunction,
      exchange.source != .environment(of: function), head.header("Authorization") != nil
    else { return nil }
    return function
  }

  /// The operation that the whole request asks for.
  func endpoint() throws(Fault) -> Endpoint {
    // Before they are taken apart, which is work.
    if !isSigned, body.count(where: { $0 == UInt8(ascii: "&") }) >= Self.mostParameters {
      throw Fault(code: "MalformedQueryString", status: 400, message: "more than \(Self.mostParameters) parameters")
    }
    let endpoint = try match.endpoint(body, query: head.query)
    exchange.operation = endpoint.qualifiedName
    return endpoint
  }
}
