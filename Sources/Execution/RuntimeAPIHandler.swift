import NIOCore
import NIOHTTP1
import Wire

/// One connection of a runtime: reads its requests whole and hands them to the environment.
///
/// INVARIANT: lives on the environment's event loop; so do all calls.
final class RuntimeAPIHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let environment: ExecutionEnvironment
  private var context: ChannelHandlerContext?
  private var request: RuntimeAPIRequest?
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
    case .head(let head): begin(head)
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

  private func begin(_ head: HTTPRequestHead) {
    request = RuntimeAPIRequest(method: head.method, uri: head.uri)
    body = []
    isTooLarge = false
    guard head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) else { return }
    context?.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
  }

  /// Only what will be used is held, so that a sandbox cannot fill the server with bodies.
  private func append(_ bytes: ByteBuffer) {
    guard let request, environment.expectsBody(of: request) else { return }
    guard body.count + bytes.readableBytes <= ExecutionLimits.payload else {
      isTooLarge = true
      body = []
      return
    }
    if !isTooLarge { body.append(contentsOf: bytes.readableBytesView) }
  }

  private func finish() {
    guard let request else { return respond(.unknownPath) }
    let body = self.body
    self.body = []
    switch request {
    case .next: environment.next(self)
    case .response(let id): environment.response(id, isTooLarge ? nil : body, from: self)
    case .error(let id): environment.error(id, report(body), from: self)
    case .initError: environment.initError(report(body), from: self)
    }
  }

  /// The error object of a runtime; one that callers cannot be given is replaced.
  private func report(_ body: [UInt8]) -> [UInt8] {
    let isUsable = !isTooLarge && body.count <= ExecutionLimits.errorObject && JSONText.isValid(body)
    guard !isUsable else { return body }
    return Array(#"{"errorType":"Runtime.Unknown","errorMessage":"the runtime's error report is not usable"}"#.utf8)
  }
}
