import Authorization
import Core
import Identity
import NIOCore
import NIOHTTP1
import Wire

/// Takes one request at a time through the stages and answers it. The last handler of a connection's pipeline.
///
/// The answer is in `RequestHandler+Answer`, refusals are in `+Refusal`, what ends a connection that makes no progress
/// in `+Deadline`.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  enum State {
    /// No request, or not all of a head.
    case idle
    case receiving(Intake)
    case answering(Exchange)
    /// Nothing more is taken or said; the connection is about to be closed.
    case closing
  }

  static let healthPath = "/_redoubt/health"

  let stages: GateStages
  let framer: RequestFramer
  var context: ChannelHandlerContext?
  var state = State.idle
  var deadline = Deadline()
  var isDraining = false
  /// The last answer is complete but the client has yet to take it: the next request waits.
  var owesNext = false
  /// Bytes of the answer that are still to be sent; nil where there are none.
  var unsent: ByteBuffer?
  /// Bytes of bodies handed to the connection, over all its answers.
  var handedOverBytes = 0
  private var source = RequestSource.network(address: nil)

  init(stages: GateStages, framer: RequestFramer) {
    self.stages = stages
    self.framer = framer
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { accepted(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    accepted(context)
    context.fireChannelActive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    cancelDeadline()
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    switch state {
    case .receiving(let intake): finish(intake.exchange, .clientLeft)
    case .answering(let exchange): finish(exchange, .clientLeft)
    case .idle, .closing: break
    }
    state = .closing
    cancelDeadline()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), .idle): begin(head, context)
    case (.body(let bytes), .receiving(let intake)): intake.take(bytes)
    case (.end, .receiving(let intake)): run(intake, context)
    // The end of a request without a body that was answered from its head; whatever a refused client still sends.
    case (.end, _), (_, .closing): break
    case (_, .answering(let exchange)) where !exchange.keepsAlive: break
    default: refuse(.malformedMessage)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case let refusal as Refusal: refuse(refusal)
    // The decoder also complains of a message that the connection's end cut short.
    case is HTTPParserError: if context.channel.isActive { refuse(.malformedMessage) }
    // A failure of the socket: `channelInactive` follows and settles the request.
    default: context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event as? ConnectionEvent {
    case .headIsPartial: headIsPartial()
    case .drain: drain()
    case nil: context.fireUserInboundEventTriggered(event)
    }
  }

  private func accepted(_ context: ChannelHandlerContext) {
    source = stages.inside.map { .environment(of: $0) } ?? .network(address: context.channel.remoteAddress?.ipAddress)
    expect(.firstByte, within: stages.limits.headerTimeout)
  }

  private func drain() {
    isDraining = true
    if case .idle = state { close() }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let exchange = makeExchange(head)
    let isWithinRate = stages.takeRequest()
    let framing: RequestRules.Framing
    do {
      framing = try stages.rules.check(head)
    } catch {
      return refuse(isWithinRate ? error : .rateExceeded, exchange)
    }
    exchange.keepsAlive = framing.keepsAlive
    framer.bodyFollows(framing.contentLength)
    let request = RequestHead(
      method: head.method.rawValue, target: head.uri, headers: head.headers.map { (name: $0.name, value: $0.value) })
    guard isWithinRate else {
      // The connection goes as well: what follows on it would cost as much, and new ones come at a pace.
      return deny(.rateExceeded(in: stages.table.likelyProtocol(of: request)), exchange, hasUnreadBody: true)
    }
    stages.takeBody(framing.contentLength)
    if request.path == Self.healthPath, request.method == "GET", framing.contentLength == 0 {
      return answerHealth(exchange)
    }
    do {
      let intake = try stages.open(request, length: framing.contentLength, exchange)
      receive(framing, intake, context)
    } catch {
      deny(error, exchange, hasUnreadBody: framing.contentLength > 0)
    }
  }

  func makeExchange(_ head: HTTPRequestHead?) -> Exchange {
    noDeadline()
    return Exchange(
      requestID: RequestID(from: stages.random), start: stages.clock.monotonicTime(), head: head, from: source)
  }

  /// All checks that the head allows are done: now the client may send its body (RFC 9110 section 10.1.1).
  private func receive(_ framing: RequestRules.Framing, _ intake: Intake, _ context: ChannelHandlerContext) {
    state = .receiving(intake)
    guard framing.contentLength > 0 else { return }
    let allowance = TimeAmount.seconds(Int64(framing.contentLength / max(1, stages.limits.bodyRate)))
    expect(.body, within: stages.limits.bodyTimeout + allowance)
    if framing.expectsContinue {
      let proceed = context.channel.allocator.buffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")
      context.writeAndFlush(wrapOutboundOut(proceed), promise: nil)
    }
  }

  private func run(_ intake: Intake, _ context: ChannelHandlerContext) {
    noDeadline()
    state = .answering(intake.exchange)
    let wire = intake.service.wireProtocol
    let request: Intake.Request
    do {
      request = try intake.finish()
    } catch {
      let denial = Denial(.unauthenticated, in: wire, error.fault(for: wire))
      return deny(denial, intake.exchange, hasUnreadBody: false)
    }
    do {
      start(try intake.endpoint(), request, intake.exchange, context)
    } catch {
      guard case .authenticated = request else {
        return deny(.unsigned(in: wire), intake.exchange, hasUnreadBody: false)
      }
      deny(Denial(.unknownOperation, in: wire, error), intake.exchange, hasUnreadBody: false)
    }
  }

  private func start(
    _ endpoint: Endpoint, _ request: Intake.Request, _ exchange: Exchange, _ context: ChannelHandlerContext
  ) {
    let reply = ChannelResponseStream(self, exchange, on: context.eventLoop)
    let isTaken: Bool
    switch (endpoint.form, request) {
    case (.callback(let start), .authenticated(let request)):
      start(request, reply)
      isTaken = true
    case (.control(let run), .authenticated(let request)):
      isTaken = stages.runner.submit(reply: reply) { await run(request) }
    case (.unsigned(let run), .authenticated(let request)):
      isTaken = stages.unsignedRunner.submit(reply: reply) { await run(UnsignedRequest(request.value), reply.identify) }
    case (.unsigned(let run), .unsigned(let request)):
      isTaken = stages.unsignedRunner.submit(reply: reply) { await run(request, reply.identify) }
    case (.callback, .unsigned), (.control, .unsigned):
      return deny(.unsigned(in: exchange.wireProtocol), exchange, hasUnreadBody: false)
    }
    if !isTaken { deny(.overloaded(.busy, in: exchange.wireProtocol), exchange, hasUnreadBody: false) }
  }

  private func answerHealth(_ exchange: Exchange) {
    state = .answering(exchange)
    exchange.operation = "health"
    let head = ResponseHead(status: 200, headers: [("Content-Type", "application/json")])
    send(OperationResponse(head: head, body: Array(#"{"status":"ok"}"#.utf8)), for: exchange)
  }

  /// Reports a request that is over, one way or another.
  func finish(_ exchange: Exchange, _ outcome: AccessRecord.Outcome) {
    exchange.answer = .complete
    stages.counters.finished(outcome)
    stages.access(exchange.record(until: stages.clock.monotonicTime(), outcome))
  }

  func close() {
    state = .closing
    cancelDeadline()
    context?.close(promise: nil)
  }
}
