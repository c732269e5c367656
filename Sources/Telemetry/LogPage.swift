/// An event that a search found.
package struct FilteredLogEvent: Hashable, Sendable {
  package let stream: LogStreamName
  package let event: LogEvent
  let position: LogPosition

  /// The same at every search; 56 digits.
  package var id: String { position.eventID }
}

/// A part of a search's answer.
package struct LogPage: Hashable, Sendable {
  /// By timestamp, then as stored. May be fewer than asked for, or none, and still not the last.
  package let events: [FilteredLogEvent]
  /// Nil on the last page.
  package let cursor: String?
}
