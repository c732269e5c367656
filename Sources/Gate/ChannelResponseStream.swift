import NIOCore
package import Wire

/// The answer to one request on one connection. Calls from other threads hop to the connection's event loop, in
/// their order. After the answer is complete or the client has gone they have no effect.
///
/// A stream that is let go before its answer is complete ends it as a failure, so that no client waits for ever.
package final class ChannelResponseStream: ResponseStream {
  private struct Target {
    let handler: RequestHandler
    let exchange: Exchange
  }

  private let loop: any EventLoop
  private let target: NIOLoopBound<Target>

  /// Made on the handler's event loop.
  init(_ handler: RequestHandler, _ exchange: Exchange, on loop: any EventLoop) {
    self.loop = loop
    target = NIOLoopBound(Target(handler: handler, exchange: exchange), eventLoop: loop)
  }

  deinit {
    if loop.inEventLoop, case .complete = target.value.exchange.answer { return }
    // Never at once: an answer given on another thread may still be on its way to this loop, and comes first.
    let target = target
    loop.execute { target.value.handler.abandon(target.value.exchange) }
  }

  /// Says in the record of the request who it was that asked.
  func identify(_ name: String) {
    onLoop { $0.exchange.principal = name }
  }

  package func begin(_ head: ResponseHead, length: Int?) {
    onLoop { $0.handler.begin(head, length: length, for: $0.exchange) }
  }

  package func write(_ bytes: [UInt8], taken: (@Sendable () -> Void)?) {
    onLoop { $0.handler.write(bytes, for: $0.exchange, taken: taken) }
  }

  package func end() {
    onLoop { $0.handler.end($0.exchange) }
  }

  package func abort() {
    onLoop { $0.handler.abort($0.exchange) }
  }

  /// Sends a whole answer, in one hop.
  package func send(_ response: OperationResponse) {
    onLoop { $0.handler.send(response, for: $0.exchange) }
  }

  private func onLoop(_ body: @escaping @Sendable (Target) -> Void) {
    // INVARIANT: `deinit` comes after this call. Without the extension the last holder may be let go once `target` has
    // been read, and the stream would count as abandoned before its answer.
    withExtendedLifetime(self) {
      if loop.inEventLoop {
        body(target.value)
      } else {
        loop.execute { [target] in body(target.value) }
      }
    }
  }
}
