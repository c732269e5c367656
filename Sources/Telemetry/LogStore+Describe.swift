package import Core
import Storage

extension LogStore {
  /// Log groups by name.
  ///
  /// - Parameter after: the last name of the page before.
  package func describeGroups(
    at place: AccountRegion, prefix: String = "", after: LogGroupName? = nil, limit: Int = 50
  ) async throws(LogError) -> [LogGroupDescription] {
    try await read { transaction in
      try transaction.query(
        """
        SELECT name, created_ms, retention_days FROM log_groups
        WHERE account = ? AND region = ? AND name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?
        """,
        place.key + [.text(after?.description ?? "")] + Self.bounds(prefix, limit)
      ).map { try LogGroupDescription($0, at: place) }
    }
  }

  /// Streams of a group by name.
  ///
  /// - Parameter after: the last name of the page before.
  package func describeStreams(
    of group: LogGroup, prefix: String = "", after: LogStreamName? = nil, limit: Int = 50
  ) async throws(LogError) -> [LogStreamDescription] {
    try await streams(
      of: group, "name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?",
      [.text(after?.description ?? "")] + Self.bounds(prefix, limit))
  }

  /// Streams of a group that hold events, those with the latest event first.
  package func latestStreams(of group: LogGroup, limit: Int = 50) async throws(LogError) -> [LogStreamDescription] {
    try await streams(
      of: group, "last_ms IS NOT NULL ORDER BY last_ms DESC, name LIMIT ?", [.integer(Int64(limit))])
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
