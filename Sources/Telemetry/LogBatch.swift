package import Core

/// Lines of one log stream that are stored together: those of one invocation, or a part of them.
package struct LogBatch: Hashable, Sendable {
  package let place: AccountRegion
  package let group: LogGroupName
  package let stream: LogStreamName
  /// Nil for lines that belong to no invocation.
  package let requestID: RequestID?
  package let events: [LogEvent]

  package init(
    place: AccountRegion, group: LogGroupName, stream: LogStreamName, requestID: RequestID?, events: [LogEvent]
  ) {
    self.place = place
    self.group = group
    self.stream = stream
    self.requestID = requestID
    self.events = events
  }

  var byteCount: Int { events.reduce(0) { $0 + $1.byteCount } }
  var logGroup: LogGroup { LogGroup(place: place, name: group) }

  func with(_ events: [LogEvent]) -> LogBatch {
    LogBatch(place: place, group: group, stream: stream, requestID: requestID, events: events)
  }
}
