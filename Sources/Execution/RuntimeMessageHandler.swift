import NIOCore

/// Reads the requests of a runtime of the platform's own.
///
/// INVARIANT: lives on the environment's event loop, as all handlers of a connection.
final class RuntimeMessageHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let api: RuntimeAPIHandler
  private var reader = RuntimeMessageReader()
  /// The beginning of a head.
  private var unread: ByteBuffer?

  init(_ api: RuntimeAPIHandler) { self.api = api }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if var beginning = unread.take() {
      beginning.writeBuffer(&bytes)
      bytes = beginning
    }
    do {
      while let part = try reader.next(&bytes) { api.receive(part) }
    } catch {
      return context.fireErrorCaught(error)
    }
    if bytes.readableBytes > 0 { unread = bytes }
  }
}
