import Core
import Storage

extension LogStore {
  /// Finds events by time and text, oldest first, a page at a time.
  ///
  /// - Parameter limit: 1 to 10,000; a page also ends at 1 MB.
  /// - Parameter cursor: of the page before; only for the same query.
  /// - Throws: `groupNotFound`, `streamNotFound`, `badCursor`, `badLimit`, `damaged` and what the database throws.
  package func filter(
    _ query: LogQuery, limit: Int = 10_000, after cursor: String? = nil
  ) async throws(LogError) -> LogPage {
    try await filter(query, limit: limit, after: cursor, budget: LogScan.usualBudget)
  }

  func filter(
    _ query: LogQuery, limit: Int, after cursor: String?, budget: Int
  ) async throws(LogError) -> LogPage {
    guard (1...10_000).contains(limit) else { throw .badLimit(limit) }
    let cursors = LogCursor(query: query, cipher: cipher)
    let scan = LogScan(
      query: query, limit: limit, start: try cursor.map { text throws(LogError) in try cursors.position(text) },
      cipher: cipher, budget: budget)
    let (events, next) = try await read { transaction in
      try Self.refuseUnlessPresent(query, in: transaction)
      return try scan.run(in: transaction)
    }
    do {
      return LogPage(events: events, cursor: try next.map { try cursors.text($0) })
    } catch {
      throw LogError(error)
    }
  }

  /// - Throws: `groupNotFound` or `streamNotFound`.
  static func refuseUnlessPresent(_ query: LogQuery, in transaction: any Transaction) throws {
    guard try query.group.exists(in: transaction) else { throw LogError.groupNotFound(query.group.name) }
    guard case .named(let names) = query.streams else { return }
    for name in names where try !exists(name, in: query.group, transaction) { throw LogError.streamNotFound(name) }
  }

  private static func exists(
    _ stream: LogStreamName, in group: LogGroup, _ transaction: any Transaction
  ) throws(DatabaseError) -> Bool {
    let sql = "SELECT name FROM log_streams WHERE account = ? AND region = ? AND log_group = ? AND name = ?"
    return try !transaction.query(sql, group.key + [.text(stream.description)]).isEmpty
  }
}
