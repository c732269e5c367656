import Core
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks for one document as soon as the connection is up and collects it. Follows no redirection.
final class IssuerExchange: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let url: HTTPSURL
  private let answer: EventLoopPromise<[UInt8]>
  private var body: [UInt8] = []

  init(_ url: HTTPSURL, _ answer: EventLoopPromise<[UInt8]>) {
    self.url = url
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    let path = url.path.isEmpty ? "/" : url.path
    let headers: HTTPHeaders = [
      "Host": url.authority, "Accept": "application/json", "User-Agent": "redoubt", "Connection": "close",
    ]
    let target = url.query.map { "\(path)?\($0)" } ?? path
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): if head.status != .ok { answer.fail(IssuerFault.status(Int(head.status.code))) }
    case .body(let part):
      body += part.readableBytesView
      if body.count > IssuerClient.longestAnswer { answer.fail(IssuerFault.tooLarge) }
    case .end: answer.succeed(body)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    answer.fail(IssuerFault.connection("\(error)"))
  }

  func channelInactive(context: ChannelHandlerContext) {
    answer.fail(IssuerFault.connection("it was closed before the answer had ended"))
    context.fireChannelInactive()
  }
}
