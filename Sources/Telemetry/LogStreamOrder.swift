import Core
import Storage

/// In which order streams are listed.
package struct LogStreamOrder: Hashable, Sendable {
  package enum Key: String, Hashable, Sendable, CaseIterable {
    case name = "LogStreamName"
    /// Streams that never held an event count as the oldest.
    case lastEvent = "LastEventTime"
  }

  package let key: Key
  package let isDescending: Bool

  package init(_ key: Key = .name, isDescending: Bool = false) {
    self.key = key
    self.isDescending = isDescending
  }

  /// For ORDER BY.
  var columns: String {
    let direction = isDescending ? "DESC" : "ASC"
    return switch key {
    case .name: "name \(direction)"
    case .lastEvent: "COALESCE(last_ms, 0) \(direction), name \(direction)"
    }
  }

  /// For WHERE: what follows a mark.
  func rest(_ mark: LogStreamMark) -> (condition: String, arguments: [SQLValue]) {
    let comparison = isDescending ? "<" : ">"
    let name = SQLValue.text(mark.name.description)
    return switch key {
    case .name: ("name \(comparison) ? AND", [name])
    case .lastEvent: ("(COALESCE(last_ms, 0), name) \(comparison) (?, ?) AND", [.integer(mark.lastEvent), name])
    }
  }
}

/// Where a page of streams ended. Written as one text, for callers to hand back.
package struct LogStreamMark: Hashable, Sendable, CustomStringConvertible {
  /// Milliseconds since the epoch; 0 for a stream that never held an event.
  let lastEvent: Int64
  let name: LogStreamName

  package init(_ last: LogStreamDescription) {
    lastEvent = last.events?.last.milliseconds ?? 0
    name = last.name
  }

  /// - Returns: nil unless `text` has the form of a mark.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let lastEvent = Int64(parts[0]), let name = LogStreamName(String(parts[1])) else {
      return nil
    }
    self.lastEvent = lastEvent
    self.name = name
  }

  package var description: String { "\(lastEvent):\(name)" }
}
