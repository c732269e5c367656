/// Keeps the first events of what a search comes across, or the last, as many as a page may hold. Pure.
struct LogPageBuilder {
  /// What comes first on a page.
  enum Order {
    case oldestFirst
    case newestFirst

    func puts(_ left: LogPosition, before right: LogPosition) -> Bool {
      switch self {
      case .oldestFirst: left < right
      case .newestFirst: right < left
      }
    }
  }

  /// Of messages and 26 bytes for each.
  static let largestPage = 1_048_576

  private let limit: Int
  private let order: Order
  private var events: [FilteredLogEvent] = []
  private var byteCount = 0
  /// No event at it, or behind it in the order, is on the page.
  // INVARIANT: every added event before it is in `events`.
  private(set) var cut: LogPosition?

  init(limit: Int, order: Order = .oldestFirst) {
    self.limit = limit
    self.order = order
  }

  mutating func add(_ found: [FilteredLogEvent]) {
    for event in found where cut.map({ order.puts(event.position, before: $0) }) ?? true {
      events.append(event)
      byteCount += event.event.byteCount
    }
    // Rarely, for each time sorts everything.
    if events.count > limit + max(256, limit / 2) || byteCount > 2 * Self.largestPage { trim() }
  }

  /// The page, in order, without what is not before `end`; and whether an added event was left out for want of room.
  consuming func finish(before end: LogPosition?) -> (events: [FilteredLogEvent], isCut: Bool) {
    if let end { events.removeAll { [order] in !order.puts($0.position, before: end) } }
    trim()
    return (events, cut.map { cut in end.map { order.puts(cut, before: $0) } ?? true } ?? false)
  }

  private mutating func trim() {
    events.sort { [order] in order.puts($0.position, before: $1.position) }
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
