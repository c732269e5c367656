package import Core

/// Lines of one log stream, in order.
package struct LogBatch: Hashable, Sendable {
  package let place: AccountRegion
  package let group: LogGroupName
  package let stream: LogStreamName
  package let events: [LogEvent]

  package init(place: AccountRegion, group: LogGroupName, stream: LogStreamName, events: [LogEvent]) {
    self.place = place
    self.group = group
    self.stream = stream
    self.events = events
  }

  var byteCount: Int { events.reduce(0) { $0 + $1.byteCount } }
  var logGroup: LogGroup { LogGroup(place: place, name: group) }
  var key: LogStreamKey { LogStreamKey(group: logGroup, stream: stream) }

  /// One batch of each stream, of the lines of all of its own in their order: what is sealed and stored is paid for by the
  /// batch, and under load a stream has many of them in one flush.
  static func joined(_ batches: some Sequence<LogBatch>) -> [LogBatch] {
    var events: [LogStreamKey: [LogEvent]] = [:]
    var keys: [LogStreamKey] = []
    for batch in batches {
      if events[batch.key] == nil { keys.append(batch.key) }
      events[batch.key, default: []] += batch.events
    }
    return keys.map { key in
      LogBatch(place: key.group.place, group: key.group.name, stream: key.stream, events: events[key] ?? [])
    }
  }

  func with(_ events: [LogEvent]) -> LogBatch {
    LogBatch(place: place, group: group, stream: stream, events: events)
  }
}

/// Names a stream of any account.
struct LogStreamKey: Hashable {
  let group: LogGroup
  let stream: LogStreamName
}
