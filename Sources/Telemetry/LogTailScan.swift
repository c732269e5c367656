import Core
import Cryptography
import Storage

/// The last events that a query wants: reads batches from the latest one backwards.
struct LogTailScan: Sendable {
  private static let rowsAtOnce: Int64 = 32

  let query: LogQuery
  let limit: Int
  /// Events at and behind it are not wanted.
  let end: LogPosition?
  let cipher: EnvelopeCipher

  /// - Returns: the events, the oldest first.
  func run(in transaction: any Transaction) throws -> [FilteredLogEvent] {
    var page = LogPageBuilder(limit: limit, order: .newestFirst)
    var last: (first: Int64, sequence: Int64)?
    while true {
      let rows = try transaction.query(sql, arguments(before: last))
      for row in rows {
        let first = try row.integer("first_ms")
        // No batch that is still to come reaches as far as this one may.
        if let cut = page.cut, cut.milliseconds >= first + LogSlice.longestSpan { return oldestFirst(page) }
        page.add(try wanted(row))
        last = (first, try row.integer("sequence"))
      }
      if rows.count < Self.rowsAtOnce { return oldestFirst(page) }
    }
  }

  private func oldestFirst(_ page: LogPageBuilder) -> [FilteredLogEvent] { page.finish(before: nil).events.reversed() }

  private func wanted(_ row: Row) throws -> [FilteredLogEvent] {
    let found = try LogBatchReader(query: query, cipher: cipher).wanted(row, try row.blob("sealed"))
    guard let end else { return found }
    return found.filter { $0.position < end }
  }

  func arguments(before last: (first: Int64, sequence: Int64)?) -> [SQLValue] {
    let lowest = query.start ?? .min
    let (earliest, overflow) = lowest.subtractingReportingOverflow(LogSlice.longestSpan)
    let from = last ?? (min(query.end ?? .max, end?.milliseconds ?? .max), .max)
    return query.group.key + [
      .integer(from.first), .integer(from.sequence), .integer(overflow ? .min : earliest), .integer(lowest),
    ] + query.streams.arguments + [.integer(Self.rowsAtOnce)]
  }

  var sql: String {
    """
    SELECT sequence, log_stream, first_ms, sealed FROM log_batches
    WHERE account = ? AND region = ? AND log_group = ?
      AND (first_ms, sequence) < (?, ?) AND first_ms >= ? AND last_ms >= ? \(query.streams.condition)
    ORDER BY first_ms DESC, sequence DESC LIMIT ?
    """
  }
}
