import Core
import NIOCore
import NIOEmbedded
import Testing

@testable import Gate

struct AcceptPaceTests {
  /// Counts what is read through it.
  private final class Reads: ChannelOutboundHandler {
    typealias OutboundIn = Never
    var count = 0

    func read(context: ChannelHandlerContext) { count += 1 }
  }

  @Test func `no more is accepted than the rate has, and what waits is accepted later`() throws {
    let clock = ManualTimeSource()
    let channel = EmbeddedChannel()
    let reads = Reads()
    let handler = AcceptPaceHandler(Rate(name: "x", count: 2, per: .seconds(2)), clock: clock)
    try channel.pipeline.syncOperations.addHandlers([reads, handler])
    func accept() {
      let before = reads.count
      channel.read()
      if reads.count > before { channel.pipeline.fireChannelRead(EmbeddedChannel() as any Channel) }
    }
    for _ in 0..<5 { accept() }
    #expect(reads.count == 2)
    channel.embeddedEventLoop.advanceTime(by: .seconds(5))
    #expect(reads.count == 2, "the clock has not moved")
    clock.advance(by: .seconds(1))
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(20))
    #expect(reads.count == 3)
    _ = try channel.finish(acceptAlreadyClosed: true)
  }
}
