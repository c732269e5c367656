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
    let limit = SQLValue.integer(limit ?? .max)
    var removed = 0
    while true {
      let count = try await write { transaction in
        // `first_ms` is implied; the index is ordered by it.
        try transaction.execute(
          """
          DELETE FROM log_batches WHERE sequence IN (
            SELECT sequence FROM log_batches
            WHERE account = ? AND region = ? AND log_group = ? AND first_ms < ? AND last_ms < ? LIMIT ?)
          """, group.key + [limit, limit, .integer(Self.rowsAtOnce)])
      }
      removed += count
      if count < Self.rowsAtOnce { return removed }
    }
  }

  private func allGroups() async throws(LogError) -> [LogGroupDescription] {
    try await read { transaction in
      try transaction.query("SELECT account, region, name, created_ms, retention_days FROM log_groups", [])
        .map { row in
          guard let account = AccountID(try row.text("account")), let region = Region(try row.text("region")) else {
            throw DatabaseError.unexpectedColumn("account")
          }
          return try LogGroupDescription(row, at: AccountRegion(account: account, region: region))
        }
    }
  }
}
