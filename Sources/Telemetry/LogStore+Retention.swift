package import Core
import Storage

extension LogStore {
  private static let rowsAtOnce: Int64 = 500

  /// Removes, in all groups that have no retention of their own, the batches whose events are all older, and the streams
  /// that nothing came to since.
  ///
  /// - Returns: the number of batches removed.
  package func purge(olderThan limit: WallTime) async throws(LogError) -> Int {
    var removed = 0
    for group in try await allGroups() where group.retentionDays == nil {
      removed += try await purge(group.group, before: limit)
    }
    return removed
  }

  /// The same, in each group that has a retention, by its own days.
  package func purgeExpired() async throws(LogError) -> Int {
    let now = time.wallTime()
    var removed = 0
    for group in try await allGroups() {
      guard let days = group.retentionDays else { continue }
      removed += try await purge(group.group, before: now.advanced(by: .seconds(-86_400 * days)))
    }
    return removed
  }

  private func purge(_ group: LogGroup, before limit: WallTime) async throws(LogError) -> Int {
    let removed = try await removeEvents(of: group, before: limit.milliseconds)
    try await write { transaction in
      try transaction.execute(
        """
        DELETE FROM log_streams
        WHERE account = ? AND region = ? AND log_group = ? AND COALESCE(last_ms, created_ms) < ?
        """, group.key + [.integer(limit.milliseconds)])
    }
    return removed
  }

  /// - Parameter limit: in milliseconds since the epoch; nil removes everything.
  /// - Returns: the number of batches removed.
  func removeEvents(of group: LogGroup, before limit: Int64?) async throws(LogError) -> Int {
    var removed = 0
    while true {
      let count = try await write { transaction in
        try Self.removePart(of: group, before: limit ?? .max, in: transaction)
      }
      removed += count
      if count < Self.rowsAtOnce { return removed }
    }
  }

  private static func removePart(
    of group: LogGroup, before limit: Int64, in transaction: any Transaction
  ) throws(DatabaseError) -> Int {
    // `first_ms` is implied; the index is ordered by it.
    let rows = try transaction.query(
      """
      DELETE FROM log_batches WHERE sequence IN (
        SELECT sequence FROM log_batches
        WHERE account = ? AND region = ? AND log_group = ? AND first_ms < ? AND last_ms < ? LIMIT ?)
      RETURNING length(sealed) AS bytes
      """, group.key + [.integer(limit), .integer(limit), .integer(rowsAtOnce)])
    var bytes: Int64 = 0
    for row in rows { bytes += try row.integer("bytes") }
    if !rows.isEmpty { try group.count(-bytes, in: transaction) }
    return rows.count
  }

  private func allGroups() async throws(LogError) -> [LogGroupDescription] {
    try await read { transaction in
      try transaction.query(
        "SELECT account, region, name, created_ms, retention_days, stored_bytes FROM log_groups", []
      )
      .map { row in
        guard let account = AccountID(try row.text("account")), let region = Region(try row.text("region")) else {
          throw DatabaseError.unexpectedColumn("account")
        }
        return try LogGroupDescription(row, at: AccountRegion(account: account, region: region))
      }
    }
  }
}
