package import Core

/// What a reader in order of arrival asks for.
package struct LogArrivalQuery: Hashable, Sendable {
  package let group: LogGroup
  /// Milliseconds since the epoch; events of this very millisecond are found.
  package let start: Int64?
  /// Milliseconds since the epoch; events of this very millisecond are found too.
  package let end: Int64?
  /// Nil for the lines of all requests and of none.
  package let requestID: RequestID?
  package let pattern: FilterPattern

  package init(
    group: LogGroup, start: Int64? = nil, end: Int64? = nil, requestID: RequestID? = nil,
    pattern: FilterPattern = .everything
  ) {
    self.group = group
    self.start = start
    self.end = end
    self.requestID = requestID
    self.pattern = pattern
  }
}

/// A part of what arrived.
package struct LogArrivals: Sendable {
  /// As they were stored: those of a stream in their order.
  package let events: [FilteredLogEvent]
  /// For the next part, also when nothing has arrived yet that it could hold.
  package let mark: Int64
  package let hasMore: Bool
}
