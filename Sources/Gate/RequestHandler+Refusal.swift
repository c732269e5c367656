import Wire

/// Requests that no operation hears of.
extension RequestHandler {
  /// Refuses what came on the connection, in plain HTTP where an answer can still be given, and closes.
  func refuse(_ refusal: Refusal) {
    switch state {
    case .idle: refuse(stages.takeRequest() ? refusal : .rateExceeded, makeExchange(nil))
    case .receiving(let intake): refuse(refusal, intake.exchange)
    // The answer under way is for an earlier request; a second one in its midst would be taken for a part of it.
    case .answering(let exchange):
      stages.counters.refused(refusal)
      exchange.refusal = refusal
      abort(exchange)
    case .closing: break
    }
  }

  func refuse(_ refusal: Refusal, _ exchange: Exchange) {
    state = .answering(exchange)
    exchange.keepsAlive = false
    exchange.leavesBodyUnread = true
    exchange.refusal = refusal
    stages.counters.refused(refusal)
    framer.discard()
    guard let (status, message) = refusal.plainAnswer else { return abort(exchange) }
    var headers = [(name: "Content-Type", value: "application/json")]
    if refusal == .method { headers.append(("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE")) }
    // The messages are constants without anything that JSON escapes.
    let body = Array("{\"message\":\"\(message)\"}".utf8)
    send(OperationResponse(head: ResponseHead(status: status, headers: headers), body: body), for: exchange)
  }

  /// Refuses in the service's protocol. The connection stays open when the request has been read to its end.
  func deny(_ denial: Denial, _ exchange: Exchange, hasUnreadBody: Bool) {
    state = .answering(exchange)
    exchange.refusal = denial.refusal
    stages.counters.refused(denial.refusal)
    if hasUnreadBody {
      exchange.keepsAlive = false
      exchange.leavesBodyUnread = true
      framer.discard()
    }
    send(denial.wireProtocol.render(denial.fault, requestID: exchange.requestID), for: exchange)
  }
}
