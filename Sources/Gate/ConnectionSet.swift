import NIOCore
import Synchronization

/// The open connections of a listener: counts them against the limit, drains them, tells when the last is gone.
final class ConnectionSet: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isDraining = false
    var hasEmptied = false

    /// - Returns: true the first time that draining finds nothing left.
    mutating func empties() -> Bool {
      guard isDraining, !hasEmptied, channels.isEmpty else { return false }
      hasEmptied = true
      return true
    }
  }

  private let state = Mutex(State())
  private let limit: Int
  private let counters: GateCounters
  private let emptied: EventLoopPromise<Void>

  init(limit: Int, counters: GateCounters, on loop: any EventLoop) {
    self.limit = limit
    self.counters = counters
    emptied = loop.makePromise()
  }

  /// Completes when draining has begun and no connection is left.
  var drained: EventLoopFuture<Void> { emptied.futureResult }

  /// - Returns: false when the limit is reached or the set is draining: the channel is not taken.
  func add(_ channel: any Channel) -> Bool {
    let isTaken = state.withLock { state in
      guard !state.isDraining, state.channels.count < limit else { return false }
      state.channels[ObjectIdentifier(channel)] = channel
      return true
    }
    guard isTaken else {
      counters.refused(.tooManyConnections)
      return false
    }
    counters.connectionOpened()
    let id = ObjectIdentifier(channel)
    channel.closeFuture.whenComplete { _ in self.remove(id) }
    return true
  }

  /// Idle connections close now, the others after the answer under way.
  func drain() {
    let (channels, isEmpty) = state.withLock { state in
      state.isDraining = true
      return (Array(state.channels.values), state.empties())
    }
    if isEmpty { emptied.succeed() }
    // Those of one loop at once: whoever sees one of them close finds the others told.
    for ofLoop in Dictionary(grouping: channels, by: { ObjectIdentifier($0.eventLoop) }).values {
      ofLoop.first?.eventLoop.execute {
        for channel in ofLoop { channel.pipeline.fireUserInboundEventTriggered(ConnectionEvent.drain) }
      }
    }
  }

  /// Closes what is left, whatever it does.
  func closeAll() {
    for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
  }

  private func remove(_ id: ObjectIdentifier) {
    counters.connectionClosed()
    let isEmpty = state.withLock { state in
      state.channels[id] = nil
      return state.empties()
    }
    if isEmpty { emptied.succeed() }
  }
}
