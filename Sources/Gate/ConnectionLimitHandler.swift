import NIOCore

/// Stands in the listening channel's pipeline and closes accepted connections above the limit at once.
final class ConnectionLimitHandler: ChannelInboundHandler {
  typealias InboundIn = any Channel
  typealias InboundOut = any Channel

  private let connections: ConnectionSet

  init(_ connections: ConnectionSet) { self.connections = connections }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let channel = unwrapInboundIn(data)
    if connections.add(channel) {
      context.fireChannelRead(data)
    } else {
      channel.close(promise: nil)
    }
  }
}
