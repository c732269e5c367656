/// Where a reader of one stream stands, between two events, and which way it looks. Written as AWS does: `f/` or `b/` and
/// 56 digits.
package struct LogStreamToken: Hashable, Sendable, CustomStringConvertible {
  enum Direction: String, Hashable, Sendable {
    case forward = "f"
    case backward = "b"
  }

  let direction: Direction
  /// An event at this position, or behind it, lies forward; one before it lies backward.
  let boundary: LogPosition

  init(_ direction: Direction, _ boundary: LogPosition) {
    self.direction = direction
    self.boundary = boundary
  }

  /// - Returns: nil unless `text` has the form of a token.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let direction = Direction(rawValue: String(parts[0])),
      let boundary = LogPosition(eventID: parts[1])
    else { return nil }
    self.init(direction, boundary)
  }

  package var description: String { "\(direction.rawValue)/\(boundary.eventID)" }
}

/// Where a reader of one stream begins.
package enum LogStreamStart: Hashable, Sendable {
  /// With the oldest events.
  case head
  /// With the latest events.
  case tail
  case token(LogStreamToken)
}

/// A part of one stream and the ways on from its two ends.
package struct LogStreamPage: Sendable {
  /// The oldest first; none when the stream ends where the page begins.
  package let events: [FilteredLogEvent]
  /// Equal to the token that the page was asked for with, when nothing lies that way; what is logged later does.
  package let forward: LogStreamToken
  package let backward: LogStreamToken
}
