import NIOCore
import NIOEmbedded

@testable import Gate

/// One connection without a socket, on a loop whose time the test moves.
final class EmbeddedConnection {
  let channel = EmbeddedChannel()
  private var output: [UInt8] = []

  convenience init(_ fixture: GateFixture) throws { try self.init(fixture.stages) }

  init(_ stages: GateStages) throws {
    try GatePipeline.configure(channel, stages)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  var isOpen: Bool { channel.isActive }

  /// Bytes that arrive after the connection was closed are lost, as on a socket.
  func receive(_ bytes: some Sequence<UInt8>) throws {
    guard channel.isActive else { return }
    try channel.writeInbound(ByteBuffer(bytes: bytes))
    channel.embeddedEventLoop.run()
  }

  func receive(_ text: String) throws { try receive(Array(text.utf8)) }

  func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

  /// Everything that was sent so far.
  func sent() throws -> [UInt8] {
    while let part = try channel.readOutbound(as: IOData.self) {
      if case .byteBuffer(let buffer) = part { output += Array(buffer.readableBytesView) }
    }
    return output
  }

  func answers(hasBody: Bool = true) throws -> [RawAnswer] {
    try unwrap(RawAnswer.all(in: try sent(), hasBody: hasBody))
  }

  func onlyAnswer() throws -> RawAnswer {
    let answers = try answers()
    guard answers.count == 1 else { throw MissingValue() }
    return answers[0]
  }

  func setWritable(_ isWritable: Bool) {
    channel.isWritable = isWritable
    channel.pipeline.fireChannelWritabilityChanged()
  }

  func drain() {
    channel.pipeline.fireUserInboundEventTriggered(ConnectionEvent.drain)
    channel.embeddedEventLoop.run()
  }

  func disconnect() throws {
    guard channel.isActive else { return }
    channel.close(promise: nil)
    channel.embeddedEventLoop.run()
  }
}
