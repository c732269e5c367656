import Core
import Cryptography
import Storage

/// One page of a search: reads batches in the order of their first event and keeps the first events that are wanted.
struct LogScan: Sendable {
  /// How many sealed bytes one page may read.
  static let usualBudget = 16_777_216
  private static let rowsAtOnce: Int64 = 32

  let query: LogQuery
  let limit: Int
  /// Events at and before it were on earlier pages.
  let start: LogPosition?
  let cipher: EnvelopeCipher
  let budget: Int

  /// - Returns: the events, and where to go on when there may be more.
  func run(in transaction: any Transaction) throws -> ([FilteredLogEvent], LogPosition?) {
    var page = LogPageBuilder(limit: limit)
    var last: (first: Int64, sequence: Int64)?
    var bytesRead = 0
    while true {
      let rows = try transaction.query(sql, arguments(after: last))
      for row in rows {
        let first = try row.integer("first_ms")
        // Batches come by their first event: what is still to come cannot be before it.
        if let cut = page.cut, cut.milliseconds < first { return finish(page, at: nil) }
        if bytesRead > budget, let end = pauseEnd(before: first) { return finish(page, at: end) }
        let sealed = try row.blob("sealed")
        bytesRead += sealed.count
        page.add(try wanted(row, sealed))
        last = (first, try row.integer("sequence"))
      }
      if rows.count < Self.rowsAtOnce { return finish(page, at: nil) }
    }
  }

  /// Up to where all is known before the batch that begins at `first` is read.
  ///
  /// - Returns: nil when that is not beyond where this page began: a page must bring the search forward.
  private func pauseEnd(before first: Int64) -> LogPosition? {
    let end = LogPosition.end(of: first - 1)
    guard first > lowest, start.map({ $0 < end }) ?? true else { return nil }
    return end
  }

  /// - Parameter pause: where a search that is not at its end stops; nil at its end or where the page is full.
  private func finish(_ page: LogPageBuilder, at pause: LogPosition?) -> ([FilteredLogEvent], LogPosition?) {
    let (events, isCut) = page.finish(before: pause)
    return (events, isCut ? events.last?.position : pause)
  }

  private func wanted(_ row: Row, _ sealed: [UInt8]) throws -> [FilteredLogEvent] {
    let found = try LogBatchReader(query: query, cipher: cipher).wanted(row, sealed)
    guard let start else { return found }
    return found.filter { start < $0.position }
  }

  /// No event before it is wanted.
  private var lowest: Int64 { max(query.start ?? .min, start?.milliseconds ?? .min) }

  func arguments(after last: (first: Int64, sequence: Int64)?) -> [SQLValue] {
    let (earliest, overflow) = lowest.subtractingReportingOverflow(LogSlice.longestSpan)
    let from = last ?? (overflow ? .min : earliest, .min)
    return query.group.key + [
      .integer(from.first), .integer(from.sequence), .integer(query.end ?? .max), .integer(lowest),
    ] + query.streams.arguments + [.integer(Self.rowsAtOnce)]
  }

  var sql: String {
    """
    SELECT sequence, log_stream, first_ms, sealed FROM log_batches
    WHERE account = ? AND region = ? AND log_group = ?
      AND (first_ms, sequence) > (?, ?) AND first_ms <= ? AND last_ms >= ? \(query.streams.condition)
    ORDER BY first_ms, sequence LIMIT ?
    """
  }
}

extension LogQuery.Streams {
  /// Of a statement on batches.
  var condition: String {
    switch self {
    case .all: ""
    case .named(let names): "AND log_stream IN (\(names.map { _ in "?" }.joined(separator: ", ")))"
    // Not LIKE: its wildcards would need quoting, and SQLite's ignores case.
    case .prefixed: "AND substr(log_stream, 1, ?) = ?"
    }
  }

  /// In the order of `condition`.
  var arguments: [SQLValue] {
    switch self {
    case .all: []
    case .named(let names): names.map { .text($0.description) }
    case .prefixed(let prefix): [.integer(Int64(prefix.unicodeScalars.count)), .text(prefix)]
    }
  }
}
