import Core
import Storage

extension LogStore {
  /// - Throws: `groupExists`.
  package func createGroup(_ group: LogGroup) async throws(LogError) {
    let now = time.wallTime()
    try await write { transaction in
      guard try LogInsertion.add(group, at: now, in: transaction) == 1 else {
        throw LogError.groupExists(group.name)
      }
    }
  }

  /// - Throws: `groupNotFound` or `streamExists`.
  package func createStream(_ stream: LogStreamName, in group: LogGroup) async throws(LogError) {
    let now = time.wallTime()
    try await write { transaction in
      guard try group.exists(in: transaction) else { throw LogError.groupNotFound(group.name) }
      let made = try transaction.execute(
        """
        INSERT INTO log_streams (account, region, log_group, name, created_ms) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """, group.key + [.text(stream.description), .integer(now.milliseconds)])
      guard made == 1 else { throw LogError.streamExists(stream) }
    }
  }

  /// Removes the group with its streams and events. What is logged to it later makes it anew.
  ///
  /// - Throws: `groupNotFound`.
  package func deleteGroup(_ group: LogGroup) async throws(LogError) {
    // Beforehand and in parts, so that no single transaction holds the writer for long.
    _ = try await removeEvents(of: group, before: nil)
    let removed = try await write { transaction in
      try transaction.execute("DELETE FROM log_groups WHERE account = ? AND region = ? AND name = ?", group.key)
    }
    if removed == 0 { throw .groupNotFound(group.name) }
  }

  /// - Parameter days: at least 1; nil keeps events for ever.
  /// - Throws: `groupNotFound`.
  package func setRetention(days: Int?, of group: LogGroup) async throws(LogError) {
    let changed = try await write { transaction in
      try transaction.execute(
        "UPDATE log_groups SET retention_days = ? WHERE account = ? AND region = ? AND name = ?",
        [days.map { .integer(Int64($0)) } ?? .null] + group.key)
    }
    if changed == 0 { throw .groupNotFound(group.name) }
  }
}
