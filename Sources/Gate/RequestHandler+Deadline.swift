import Loops
import NIOCore

/// What the connection waits for and until when; at most one thing at a time.
struct Deadline {
  enum Wait {
    case firstByte
    case head
    case body
    case nextRequest
    /// The last answer to go out.
    case flush
    case clientToClose
  }

  fileprivate(set) var wait: Wait?
  fileprivate var alarm: Alarm?
  fileprivate var stall: Scheduled<Void>?
}

/// Timeouts, and protection from clients that do not take what they asked for.
extension RequestHandler {
  func expect(_ wait: Deadline.Wait, within time: TimeAmount) {
    guard let context else { return }
    let alarm = deadline.alarm ?? Alarm(on: context.eventLoop) { [weak self] in self?.alarmRang() }
    deadline.alarm = alarm
    deadline.wait = wait
    alarm.set(in: time)
  }

  func noDeadline() {
    deadline.wait = nil
    deadline.alarm?.cancel()
  }

  func cancelDeadline() {
    deadline.stall?.cancel()
    deadline = Deadline()
  }

  /// The time for a head runs once, however its bytes are spread.
  func headIsPartial() {
    guard case .idle = state else { return }
    switch deadline.wait {
    case .head: break
    // The first head's time has run since the connection was accepted.
    case .firstByte: deadline.wait = .head
    default: expect(.head, within: stages.limits.headerTimeout)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      deadline.stall?.cancel()
      deadline.stall = nil
      if owesNext {
        owesNext = false
        takeNext()
      }
    } else if deadline.stall == nil {
      watchForStall(context, handedOver: handedOverBytes, waiting: waitingBytes)
    }
    context.fireChannelWritabilityChanged()
  }

  func refuseSlowReader() {
    stages.counters.refused(.slowReader)
    switch state {
    case .receiving(let intake): intake.exchange.refusal = .slowReader
    case .answering(let exchange):
      exchange.refusal = .slowReader
      return abort(exchange)
    case .idle, .closing: break
    }
    close()
  }

  /// Bytes that the socket has not taken yet. A channel that does not tell counts as having none.
  var waitingBytes: Int {
    guard let channel = context?.channel, !channel.isWritable, let options = channel.syncOptions else { return 0 }
    do {
      return try options.getOption(.bufferedWritableBytes)
    } catch {
      return 0
    }
  }

  private func alarmRang() {
    guard let context, let wait = deadline.wait else { return }
    switch wait {
    case .head: refuse(.headerTimeout)
    case .body: refuse(.bodyTimeout)
    case .clientToClose: close()
    // While much waits, the watch for stalls decides.
    case .flush where !context.channel.isWritable: expect(.flush, within: stages.limits.stallTimeout)
    case .flush: close()
    case .firstByte, .nextRequest:
      stages.counters.refused(.idle)
      close()
    }
  }

  private func watchForStall(_ context: ChannelHandlerContext, handedOver: Int, waiting: Int) {
    let isolated = context.eventLoop.assumeIsolated()
    deadline.stall = isolated.scheduleTask(in: stages.limits.stallTimeout) { [weak self] in
      self?.checkForStall(handedOver: handedOver, waiting: waiting)
    }
  }

  /// - Parameters: how it stood when the watch began.
  private func checkForStall(handedOver: Int, waiting: Int) {
    deadline.stall = nil
    guard let context, !context.channel.isWritable else { return }
    let taken = handedOverBytes - handedOver - (waitingBytes - waiting)
    guard taken >= stages.limits.stallBytes else { return refuseSlowReader() }
    watchForStall(context, handedOver: handedOverBytes, waiting: waitingBytes)
  }
}
