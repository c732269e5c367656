import NIOCore
import NIOHTTP1
import NIOPosix

/// One request and its reply over a connection of its own. Blocks the calling thread, which must not be an event loop.
struct HTTPExchange: Sendable {
  /// A reply is held in memory; a longer one is refused.
  static let maximumReply = 64 << 20

  let method: HTTPMethod
  /// Path and query as sent.
  let target: String
  let headers: HTTPHeaders
  let body: [UInt8]
  /// How long the server may be silent.
  let timeout: TimeAmount

  struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]
  }

  func perform(at endpoint: ServiceEndpoint) throws(CommandFailure) -> Reply {
    let group = MultiThreadedEventLoopGroup.singleton
    let reply = group.next().makePromise(of: Reply.self)
    let connected = ClientBootstrap(group: group)
      .connectTimeout(.seconds(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(IdleStateHandler(readTimeout: timeout))
          try pipeline.addHandler(ReplyCollector(self, reply: reply))
        }
      }
      .connect(host: endpoint.address.host, port: endpoint.address.port)
    do { _ = try connected.wait() } catch {
      reply.fail(error)
      throw CommandFailure(
        .unreachable, "cannot connect to \(endpoint): is the server running? start it with `redoubt serve`")
    }
    do { return try reply.futureResult.wait() } catch {
      throw CommandFailure(.unreachable, "no reply from \(endpoint): \(error): look at the server's log and try again")
    }
  }
}
