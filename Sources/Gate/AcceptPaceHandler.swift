import Core
import NIOCore

/// Stands in a listening channel's pipeline and accepts no more connections than a rate has. What comes faster waits in the
/// kernel, at the cost of whoever connects.
final class AcceptPaceHandler: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  private let rate: Rate
  private let clock: any TimeSource
  private var meter = RateMeter()
  private var isPausing = false

  private static let pause = TimeAmount.milliseconds(20)

  init(_ rate: Rate, clock: any TimeSource) {
    self.rate = rate
    self.clock = clock
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    meter.take(from: rate, at: clock.monotonicTime())
    context.fireChannelRead(data)
  }

  func read(context: ChannelHandlerContext) {
    guard !meter.hasRoom(in: rate, at: clock.monotonicTime()) else { return context.read() }
    guard !isPausing else { return }
    isPausing = true
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: Self.pause) {
      let (handler, context) = bound.value
      handler.isPausing = false
      handler.read(context: context)
    }
  }
}
