import Core
import Storage

extension LogStore {
  private static let rowsAtOnce: Int64 = 32
  /// Sealed bytes after which a part ends.
  private static let largestPart = 1_048_576

  /// Events of a group in the order in which they were stored. What is stored late is not passed over, as it would be by
  /// who goes from one time to the next.
  ///
  /// - Parameter mark: of the part before.
  /// - Throws: `groupNotFound`, `damaged` and what the database throws.
  package func arrivals(_ query: LogArrivalQuery, after mark: Int64? = nil) async throws(LogError) -> LogArrivals {
    let reader = LogBatchReader(
      query: LogQuery(group: query.group, start: query.start, end: query.end, pattern: query.pattern),
      cipher: cipher)
    return try await read { transaction in
      guard try query.group.exists(in: transaction) else { throw LogError.groupNotFound(query.group.name) }
      return try Self.part(query, after: try mark ?? query.origin(in: transaction), reader, transaction)
    }
  }

  private static func part(
    _ query: LogArrivalQuery, after start: Int64, _ reader: LogBatchReader, _ transaction: any Transaction
  ) throws -> LogArrivals {
    var (events, mark, bytes): ([FilteredLogEvent], Int64, Int) = ([], start, 0)
    while true {
      let rows = try transaction.query(query.sql, query.arguments(after: mark, limit: rowsAtOnce))
      for row in rows {
        guard bytes < largestPart else { return LogArrivals(events: events, mark: mark, hasMore: true) }
        let sealed = try row.blob("sealed")
        events += try reader.wanted(row, sealed).filter(query.isOfRequest)
        bytes += sealed.count
        mark = try row.integer("sequence")
      }
      if rows.count < rowsAtOnce { return LogArrivals(events: events, mark: mark, hasMore: false) }
    }
  }
}

extension LogArrivalQuery {
  /// In the order of the primary key, which a follower is at the end of: the index by time, which an engine would choose
  /// for the columns that it begins with, would make it read the whole time again.
  var sql: String {
    """
    SELECT sequence, log_stream, sealed FROM log_batches
    WHERE account || '' = ? AND region = ? AND log_group = ? AND sequence > ? AND last_ms >= ?
      \(requestID == nil ? "" : "AND request_id LIKE ?") ORDER BY sequence LIMIT ?
    """
  }

  func arguments(after mark: Int64, limit: Int64) -> [SQLValue] {
    let request: [SQLValue] = requestID.map { [.text("%\($0)%")] } ?? []
    return group.key + [.integer(mark), .integer(start ?? .min)] + request + [.integer(limit)]
  }

  fileprivate func isOfRequest(_ found: FilteredLogEvent) -> Bool {
    requestID == nil || found.event.requestID == requestID
  }

  /// Before the first batch that can hold what is wanted.
  fileprivate func origin(in transaction: any Transaction) throws(DatabaseError) -> Int64 {
    guard let start else { return 0 }
    let (earliest, overflow) = start.subtractingReportingOverflow(LogSlice.longestSpan)
    let rows = try transaction.query(
      """
      SELECT MIN(sequence) AS first FROM log_batches
      WHERE account = ? AND region = ? AND log_group = ? AND first_ms >= ? AND last_ms >= ?
      """, group.key + [.integer(overflow ? .min : earliest), .integer(start)])
    if let row = rows.first, !row.isNull("first") { return try row.integer("first") - 1 }
    let next = try transaction.query("SELECT next FROM log_sequence", [])
    guard let row = next.first else { throw .failed("log_sequence is empty") }
    return try row.integer("next") - 1
  }
}
