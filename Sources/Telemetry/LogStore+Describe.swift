package import Core
import Storage

extension LogStore {
  /// Log groups by name.
  ///
  /// - Parameters:
  ///   - part: what every name contains, case and all.
  ///   - after: the last name of the page before.
  package func describeGroups(
    at place: AccountRegion, prefix: String = "", containing part: String = "", after: LogGroupName? = nil,
    limit: Int = 50
  ) async throws(LogError) -> [LogGroupDescription] {
    try await read { transaction in
      // Not LIKE: its wildcards would need quoting, and SQLite's ignores case.
      try transaction.query(
        """
        SELECT name, created_ms, retention_days, stored_bytes FROM log_groups
        WHERE account = ? AND region = ? AND name > ? AND (? = '' OR replace(name, ?, '') <> name)
          AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?
        """,
        place.key + [.text(after?.description ?? ""), .text(part), .text(part)] + Self.bounds(prefix, limit)
      ).map { try LogGroupDescription($0, at: place) }
    }
  }

  /// Streams of a group.
  ///
  /// - Parameter after: where the page before ended, in the same order.
  /// - Throws: `groupNotFound`.
  package func describeStreams(
    of group: LogGroup, prefix: String = "", in order: LogStreamOrder = LogStreamOrder(), after: LogStreamMark? = nil,
    limit: Int = 50
  ) async throws(LogError) -> [LogStreamDescription] {
    let rest = after.map { order.rest($0) } ?? (condition: "", arguments: [])
    return try await streams(
      of: group, "\(rest.condition) substr(name, 1, ?) = ? ORDER BY \(order.columns) LIMIT ?",
      rest.arguments + Self.bounds(prefix, limit))
  }

  private func streams(
    of group: LogGroup, _ condition: String, _ arguments: [SQLValue]
  ) async throws(LogError) -> [LogStreamDescription] {
    try await read { transaction in
      guard try group.exists(in: transaction) else { throw LogError.groupNotFound(group.name) }
      return try transaction.query(
        """
        SELECT name, created_ms, first_ms, last_ms, last_ingestion_ms FROM log_streams
        WHERE account = ? AND region = ? AND log_group = ? AND \(condition)
        """, group.key + arguments
      ).map(LogStreamDescription.init)
    }
  }

  private static func bounds(_ prefix: String, _ limit: Int) -> [SQLValue] {
    [.integer(Int64(prefix.unicodeScalars.count)), .text(prefix), .integer(Int64(limit))]
  }
}

extension LogGroupDescription {
  init(_ row: Row, at place: AccountRegion) throws(DatabaseError) {
    guard let name = LogGroupName(try row.text("name")) else { throw .unexpectedColumn("name") }
    group = LogGroup(place: place, name: name)
    created = WallTime(milliseconds: try row.integer("created_ms"))
    retentionDays = row.isNull("retention_days") ? nil : Int(try row.integer("retention_days"))
    storedBytes = try row.integer("stored_bytes")
  }
}

extension LogStreamDescription {
  init(_ row: Row) throws(DatabaseError) {
    guard let name = LogStreamName(try row.text("name")) else { throw .unexpectedColumn("name") }
    self.name = name
    created = WallTime(milliseconds: try row.integer("created_ms"))
    events = row.isNull("last_ms") ? nil : try EventRange(row)
  }
}

extension LogStreamDescription.EventRange {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    first = WallTime(milliseconds: try row.integer("first_ms"))
    last = WallTime(milliseconds: try row.integer("last_ms"))
    lastIngestion = WallTime(milliseconds: try row.integer("last_ingestion_ms"))
  }
}
