import NIOCore
import NIOHTTP1

/// Sends one request as soon as the connection is up and collects the reply.
final class ReplyCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  enum Failure: Error, CustomStringConvertible {
    case closed, timeout, tooLarge

    var description: String {
      switch self {
      case .closed: "the connection was closed"
      case .timeout: "it took too long"
      case .tooLarge: "it is longer than \(HTTPExchange.maximumReply) bytes"
      }
    }
  }

  private let exchange: HTTPExchange
  private let reply: EventLoopPromise<HTTPExchange.Reply>
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []

  init(_ exchange: HTTPExchange, reply: EventLoopPromise<HTTPExchange.Reply>) {
    self.exchange = exchange
    self.reply = reply
  }

  func channelActive(context: ChannelHandlerContext) {
    let head = HTTPRequestHead(
      version: .http1_1, method: exchange.method, uri: exchange.target, headers: exchange.headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !exchange.body.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: exchange.body)))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body(let part):
      body += part.readableBytesView
      if body.count > HTTPExchange.maximumReply { fail(.tooLarge, context) }
    case .end: finish(context)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { fail(.timeout, context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    reply.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { reply.fail(Failure.closed) }

  private func finish(_ context: ChannelHandlerContext) {
    guard let head else { return fail(.closed, context) }
    reply.succeed(HTTPExchange.Reply(status: Int(head.status.code), headers: head.headers, body: body))
    context.close(promise: nil)
  }

  private func fail(_ failure: Failure, _ context: ChannelHandlerContext) {
    reply.fail(failure)
    context.close(promise: nil)
  }
}
