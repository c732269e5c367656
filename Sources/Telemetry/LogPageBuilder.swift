/// Keeps the first events of what a search comes across, as many as a page may hold. Pure.
struct LogPageBuilder {
  /// Of messages and 26 bytes for each.
  static let largestPage = 1_048_576

  private let limit: Int
  private var events: [FilteredLogEvent] = []
  private var byteCount = 0
  /// No event at or behind it is on the page.
  // INVARIANT: every added event before it is in `events`.
  private(set) var cut: LogPosition?

  init(limit: Int) { self.limit = limit }

  mutating func add(_ found: [FilteredLogEvent]) {
    for event in found where cut.map({ event.position < $0 }) ?? true {
      events.append(event)
      byteCount += event.event.byteCount
    }
    // Rarely, for each time sorts everything.
    if events.count > limit + max(256, limit / 2) || byteCount > 2 * Self.largestPage { trim() }
  }

  /// The page, in order, without what is not before `end`; and whether an added event was left out for want of room.
  consuming func finish(before end: LogPosition?) -> (events: [FilteredLogEvent], isCut: Bool) {
    if let end { events.removeAll { !($0.position < end) } }
    trim()
    return (events, cut.map { cut in end.map { cut < $0 } ?? true } ?? false)
  }

  private mutating func trim() {
    events.sort { $0.position < $1.position }
    let kept = fitting
    if kept < events.count {
      cut = events[kept].position
      events.removeLast(events.count - kept)
    }
    byteCount = events.reduce(0) { $0 + $1.event.byteCount }
  }

  /// How many of the first events fit a page; at least one.
  private var fitting: Int {
    var bytes = 0
    for (index, event) in events.prefix(limit).enumerated() {
      bytes += event.event.byteCount
      if bytes > Self.largestPage { return max(1, index) }
    }
    return min(limit, events.count)
  }
}
