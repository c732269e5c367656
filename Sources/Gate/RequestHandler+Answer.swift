import Core
import Loops
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
    unsent.append(512 + (length ?? 0), from: context.channel.allocator) { bytes in
      bytes.writeStatusLine(exchange.version, head.status)
      writeHeaders(of: head, length: length, exchange, onto: &bytes)
      bytes.writeEmptyLine()
    }
    if length == nil { flush() }
  }

  /// - Parameter promise: fulfilled once the bytes have left, or will not.
  private func flush(_ promise: EventLoopPromise<Void>? = nil) {
    // Nothing is sent as well: what was written before may still be on its way.
    guard let bytes = unsent.take() ?? promise.map({ _ in ByteBuffer() }) else { return }
    guard let context else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
  }

  /// - Parameter taken: called once the bytes have left, or will not.
  func write(_ bytes: [UInt8], for exchange: Exchange, taken: (@Sendable () -> Void)? = nil) {
    guard let context, let remaining = announce(bytes, for: exchange) else {
      taken?()
      return
    }
    exchange.responseBytes += bytes.count
    handedOverBytes += bytes.count
    unsent.append(bytes.count + 16, from: context.channel.allocator) {
      if exchange.isInChunks { $0.writeChunk(bytes) } else { $0.writeBytes(bytes) }
    }
    let left = taken.map { taken in
      let promise = context.eventLoop.makePromise(of: Void.self)
      promise.futureResult.whenComplete { _ in taken() }
      return promise
    }
    // The last of an announced length goes with the end that follows.
    if remaining != .last || left != nil { flush(left) }
    let waiting = waitingBytes + (unsent?.readableBytes ?? 0)
    if waiting > stages.limits.waitingResponseBytes { refuseSlowReader() }
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
    if exchange.isInChunks { unsent.append(8, from: context.channel.allocator) { $0.writeChunk([]) } }
    finish(exchange, exchange.refusal.map { .refused($0) } ?? .answered)
    let isLast = !exchange.keepsAlive || isDraining
    let flushed = isLast ? context.eventLoop.makePromise(of: Void.self) : nil
    flush(flushed)
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
  private func writeHeaders(
    of head: ResponseHead, length: Int?, _ exchange: Exchange, onto bytes: inout ByteBuffer
  ) {
    for (name, value) in head.headers where !ResponseHead.isOfGate(name) { bytes.writeHeader(name, value) }
    bytes.writeHeader("x-amzn-RequestId", exchange.requestID.description)
    bytes.writeHeader("Date", HTTPDate.text(at: stages.clock.wallTime()))
    if let length {
      if exchange.status != 204, exchange.status != 304 { bytes.writeHeader("Content-Length", String(length)) }
    } else if exchange.isInChunks {
      bytes.writeHeader("Transfer-Encoding", "chunked")
    }
    if !exchange.keepsAlive { bytes.writeHeader("Connection", "close") }
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
