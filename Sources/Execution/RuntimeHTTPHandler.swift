import NIOCore
import NIOHTTP1

/// Reads the requests of a runtime that speaks HTTP.
///
/// INVARIANT: lives on the environment's event loop, as all handlers of a connection.
final class RuntimeHTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart

  private let api: RuntimeAPIHandler

  init(_ api: RuntimeAPIHandler) { self.api = api }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): api.receive(.head(RuntimeAPIHead(head)))
    case .body(let bytes): api.receive(.body(bytes))
    case .end(let trailers): api.receive(.end(failure: StreamTrailers.failure(trailers)))
    }
  }
}

extension RuntimeAPIHead {
  fileprivate init(_ head: HTTPRequestHead) {
    request = RuntimeAPIRequest(method: head.method, uri: head.uri)
    isStreaming = StreamTrailers.isStreaming(head)
    awaitsContinue = head.headers["expect"].contains { $0.lowercased() == "100-continue" }
  }
}
