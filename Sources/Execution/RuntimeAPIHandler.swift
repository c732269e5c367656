import NIOCore
import NIOHTTP1

/// One connection of a runtime: reads its requests whole and hands them to the environment.
///
/// INVARIANT: lives on the environment's event loop; so do all calls.
final class RuntimeAPIHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let environment: ExecutionEnvironment
  private var context: ChannelHandlerContext?
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isTooLarge = false

  init(environment: ExecutionEnvironment) { self.environment = environment }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelInactive(context: ChannelHandlerContext) {
    environment.connectionClosed(self)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
      isTooLarge = false
    case .body(let bytes): append(bytes)
    case .end: finish()
    }
  }

  /// Answers the request that was read last.
  func respond(_ answer: RuntimeAPIAnswer) {
    guard let context else { return }
    var headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
    headers.add(name: "Content-Type", value: "application/json")
    headers.add(name: "Content-Length", value: String(answer.body.count))
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))), promise: nil
    )
    let bytes = context.channel.allocator.buffer(bytes: answer.body)
    context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func append(_ bytes: ByteBuffer) {
    guard body.count + bytes.readableBytes <= ExecutionLimits.payload else {
      isTooLarge = true
      body = []
      return
    }
    if !isTooLarge { body.append(contentsOf: bytes.readableBytesView) }
  }

  private func finish() {
    guard let head else { return }
    guard let request = RuntimeAPIRequest(method: head.method, uri: head.uri) else { return respond(.unknownPath) }
    let body = self.body
    self.body = []
    switch request {
    case .next: environment.next(self)
    case .response(let id): environment.response(id, isTooLarge ? nil : body, from: self)
    case .error(let id): environment.error(id, body, from: self)
    case .initError: environment.initError(body, from: self)
    }
  }
}
