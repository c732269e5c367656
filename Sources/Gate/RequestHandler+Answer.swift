import Core
import NIOCore
import NIOHTTP1
import Wire

/// The answer of the request under way. Calls for any other exchange have no effect.
extension RequestHandler {
  func send(_ response: OperationResponse, for exchange: Exchange) {
    begin(response.head, length: response.body.count, for: exchange)
    if !response.body.isEmpty { write(response.body, for: exchange) }
    end(exchange)
  }

  func begin(_ head: ResponseHead, length: Int?, for exchange: Exchange) {
    guard let context, case .notBegun = exchange.answer, isUnderWay(exchange) else { return }
    guard head.isSendable else { return sendFailure(exchange) }
    if isDraining { exchange.keepsAlive = false }
    exchange.status = head.status
    exchange.answer = .underWay(remaining: exchange.answerHasBody ? length : 0)
    let status = HTTPResponseStatus(statusCode: head.status)
    let headers = headers(of: head, length: length, exchange)
    let part = HTTPResponseHead(version: exchange.version, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(part)), promise: nil)
    if length == nil { context.flush() }
  }

  /// - Parameter taken: called once the bytes have left, or will not.
  func write(_ bytes: [UInt8], for exchange: Exchange, taken: (@Sendable () -> Void)? = nil) {
    guard let context, let remaining = announce(bytes, for: exchange) else {
      taken?()
      return
    }
    exchange.responseBytes += bytes.count
    handedOverBytes += bytes.count
    let buffer = context.channel.allocator.buffer(bytes: bytes)
    let left = taken.map { taken in
      let promise = context.eventLoop.makePromise(of: Void.self)
      promise.futureResult.whenComplete { _ in taken() }
      return promise
    }
    context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: left)
    // The last of an announced length goes with the end that follows.
    if remaining != .last { context.flush() }
    if waitingBytes > stages.limits.waitingResponseBytes { refuseSlowReader() }
  }

  private enum Remaining {
    case more
    /// The announced length is complete.
    case last
  }

  /// Counts bytes that are about to be written against the announced length.
  ///
  /// - Returns: nil when they must not be written.
  private func announce(_ bytes: [UInt8], for exchange: Exchange) -> Remaining? {
    guard case .underWay(let remaining) = exchange.answer, isUnderWay(exchange), exchange.answerHasBody, !bytes.isEmpty
    else { return nil }
    guard let remaining else { return .more }
    // More than was announced would be read as the start of the next answer.
    guard bytes.count <= remaining else {
      abort(exchange)
      return nil
    }
    exchange.answer = .underWay(remaining: remaining - bytes.count)
    return bytes.count == remaining ? .last : .more
  }

  func end(_ exchange: Exchange) {
    guard let context, case .underWay(let remaining) = exchange.answer, isUnderWay(exchange) else { return }
    guard (remaining ?? 0) == 0 else { return abort(exchange) }
    finish(exchange, exchange.refusal.map { .refused($0) } ?? .answered)
    let isLast = !exchange.keepsAlive || isDraining
    let flushed = isLast ? context.eventLoop.makePromise(of: Void.self) : nil
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: flushed)
    if let flushed {
      leave(afterFlush: flushed.futureResult, lingers: exchange.leavesBodyUnread)
    } else {
      becomeIdle(context)
    }
  }

  func abort(_ exchange: Exchange) {
    guard isUnderWay(exchange) else { return }
    finish(exchange, exchange.refusal.map { .refused($0) } ?? .aborted)
    close()
  }

  /// Nobody can complete this answer any more.
  func abandon(_ exchange: Exchange) {
    guard isUnderWay(exchange) else { return }
    if case .notBegun = exchange.answer { return sendFailure(exchange) }
    abort(exchange)
  }

  private func isUnderWay(_ exchange: Exchange) -> Bool {
    guard case .answering(let current) = state else { return false }
    return current === exchange
  }

  private func sendFailure(_ exchange: Exchange) {
    let fault = Fault(code: "ServiceException", status: 500, message: "the service gave no answer")
    send(exchange.wireProtocol.render(fault, requestID: exchange.requestID), for: exchange)
  }

  /// The gate alone decides on framing, connection, date and request id: what `head` has of these is left out.
  private func headers(of head: ResponseHead, length: Int?, _ exchange: Exchange) -> HTTPHeaders {
    var headers = HTTPHeaders()
    headers.reserveCapacity(head.headers.count + 4)
    for (name, value) in head.headers where !ResponseHead.isOfGate(name) { headers.add(name: name, value: value) }
    headers.add(name: "x-amzn-RequestId", value: exchange.requestID.description)
    headers.add(name: "Date", value: HTTPDate.text(at: stages.clock.wallTime()))
    if let length {
      if exchange.status != 204, exchange.status != 304 { headers.add(name: "Content-Length", value: String(length)) }
    } else if exchange.answerHasBody {
      // HTTP/1.0 knows no chunks: the connection's end is the body's.
      if exchange.version == .http1_1 { headers.add(name: "Transfer-Encoding", value: "chunked") }
    }
    if !exchange.keepsAlive { headers.add(name: "Connection", value: "close") }
    return headers
  }

  private func becomeIdle(_ context: ChannelHandlerContext) {
    state = .idle
    if context.channel.isWritable {
      takeNext()
    } else {
      owesNext = true
    }
  }

  func takeNext() {
    expect(.nextRequest, within: stages.limits.idleTimeout)
    framer.next()
  }

  /// Closes when the answer has gone out. After a refusal that leaves a body unread the client is first given time to
  /// read: closing with bytes unread would reset the connection and might take the answer with it.
  private func leave(afterFlush flushed: EventLoopFuture<Void>, lingers: Bool) {
    state = .closing
    expect(.flush, within: stages.limits.stallTimeout)
    flushed.assumeIsolated().whenComplete { [weak self] result in
      guard let self, let context, case .closing = state else { return }
      guard lingers, case .success = result else { return close() }
      expect(.clientToClose, within: stages.limits.lingerTimeout)
      context.close(mode: .output, promise: nil)
    }
  }
}
