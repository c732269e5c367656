import Core

/// Events that fit one stored batch.
struct LogSlice {
  /// A slice spans less than this, so that a search by time knows how far before its start to look. In the schema too.
  static let longestSpan: Int64 = 5000
  /// A slice is not larger, unless a single event is.
  static let largestSize = 262_144

  private(set) var events: [LogEvent]
  private(set) var firstMilliseconds: Int64
  private(set) var lastMilliseconds: Int64
  private var byteCount: Int

  init(_ event: LogEvent) {
    events = [event]
    firstMilliseconds = event.timestamp.milliseconds
    lastMilliseconds = event.timestamp.milliseconds
    byteCount = event.byteCount
  }

  /// Slices of `events` in their order; none for none.
  static func cut(_ events: [LogEvent]) -> [LogSlice] {
    var slices: [LogSlice] = []
    for event in events {
      if slices.isEmpty || !slices[slices.count - 1].add(event) { slices.append(LogSlice(event)) }
    }
    return slices
  }

  /// - Returns: false when the event does not fit.
  private mutating func add(_ event: LogEvent) -> Bool {
    let first = min(firstMilliseconds, event.timestamp.milliseconds)
    let last = max(lastMilliseconds, event.timestamp.milliseconds)
    guard last - first < Self.longestSpan, byteCount + event.byteCount <= Self.largestSize else { return false }
    events.append(event)
    (firstMilliseconds, lastMilliseconds) = (first, last)
    byteCount += event.byteCount
    return true
  }
}
