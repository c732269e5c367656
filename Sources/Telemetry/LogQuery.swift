import Core
import Cryptography

/// What a search asks for. A cursor is good for the query that it came from only.
package struct LogQuery: Hashable, Sendable {
  package enum Streams: Hashable, Sendable {
    case all
    /// Every one must exist.
    case named([LogStreamName])
    case prefixed(String)
  }

  package let group: LogGroup
  package let streams: Streams
  /// Milliseconds since the epoch; events of this very millisecond are found.
  package let start: Int64?
  /// Milliseconds since the epoch; events of this very millisecond are found too.
  package let end: Int64?
  package let pattern: FilterPattern

  package init(
    group: LogGroup, streams: Streams = .all, start: Int64? = nil, end: Int64? = nil,
    pattern: FilterPattern = .everything
  ) {
    self.group = group
    self.streams = streams
    self.start = start
    self.end = end
    self.pattern = pattern
  }

  /// Differs between any two queries that differ.
  var fingerprint: String {
    let time = [start, end].map { $0.map { String($0) } ?? "-" }
    let parts = ["\(group.arn)"] + time + [pattern.source] + streams.parts
    // With its length before it, no part can pass for two.
    return Hashing.sha256(Array(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8)).description
  }
}

extension LogQuery.Streams {
  fileprivate var parts: [String] {
    switch self {
    case .all: ["all"]
    case .named(let names): ["named"] + names.map(\.description)
    case .prefixed(let prefix): ["prefixed", prefix]
    }
  }
}
