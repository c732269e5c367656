package import Core
package import Storage

/// The only code that touches the table of findings.
package struct FindingStore: Sendable {
  package static let migrations = [
    Migration(
      name: "findings-1",
      statements: [
        """
        CREATE TABLE findings (
          sequence BIGINT NOT NULL PRIMARY KEY,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
          account TEXT NOT NULL CHECK (length(account) = 12),
          region TEXT NOT NULL,
          severity TEXT NOT NULL CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
          control TEXT NOT NULL,
          resource TEXT NOT NULL,
          description TEXT NOT NULL,
          remediation TEXT NOT NULL,
          first_ms BIGINT NOT NULL,
          last_ms BIGINT NOT NULL CHECK (last_ms >= first_ms),
          occurrences BIGINT NOT NULL CHECK (occurrences > 0))
        """,
        "CREATE INDEX findings_by_place ON findings (account, region, sequence)",
      ])
  ]

  /// Equal findings that come within this time after each other are one.
  package static let window = Duration.seconds(3600)

  private let database: any Database
  private let random: any RandomSource

  package init(database: any Database, random: any RandomSource) {
    self.database = database
    self.random = random
  }

  /// Stores findings, all or none; they are on disk when this returns.
  package func add(_ occurrences: [FindingOccurrences]) async throws {
    let ids = occurrences.map { _ in RequestID(from: random).description }
    try await database.write { transaction in
      for (occurrence, id) in zip(occurrences, ids) { try Self.add(occurrence, id: id, transaction) }
    }
  }

  /// - Parameters:
  ///   - limit: records on the page.
  ///   - cursor: of the page before.
  package func list(at place: AccountRegion, limit: Int, after cursor: Int64?) async throws -> FindingPage {
    let rows = try await database.read { transaction in
      try transaction.query(
        "SELECT * FROM findings WHERE account = ? AND region = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
        place.key + [.integer(cursor ?? .max), .integer(Int64(limit + 1))])
    }
    let shown = rows.prefix(limit)
    return FindingPage(
      records: try shown.map { try FindingRecord($0, at: place) },
      cursor: rows.count > limit ? try shown.last?.integer("sequence") : nil)
  }

  /// Removes what did not come again since that time.
  package func purge(olderThan limit: WallTime) async throws {
    try await database.write { transaction in
      try transaction.execute("DELETE FROM findings WHERE last_ms < ?", [.integer(limit.milliseconds)])
    }
  }

  private static func add(_ new: FindingOccurrences, id: String, _ transaction: any Transaction) throws {
    let finding = new.finding
    let content: [SQLValue] = [
      .text(finding.severity.rawValue), .text(finding.control), .text(finding.resource), .text(finding.description),
      .text(finding.remediation),
    ]
    let since = new.last.advanced(by: .zero - window)
    let known = try transaction.query(
      """
      SELECT sequence FROM findings WHERE account = ? AND region = ? AND severity = ? AND control = ? \
      AND resource = ? AND description = ? AND remediation = ? AND last_ms >= ? ORDER BY sequence DESC LIMIT 1
      """, finding.place.key + content + [.integer(since.milliseconds)])
    if let sequence = try known.first?.integer("sequence") {
      try transaction.execute(
        """
        UPDATE findings SET occurrences = occurrences + ?, last_ms = CASE WHEN last_ms < ? THEN ? ELSE last_ms END \
        WHERE sequence = ?
        """,
        [
          .integer(Int64(new.count)), .integer(new.last.milliseconds), .integer(new.last.milliseconds),
          .integer(sequence),
        ])
      return
    }
    let next = try transaction.query("SELECT COALESCE(MAX(sequence), 0) + 1 AS next FROM findings", [])
    try transaction.execute(
      """
      INSERT INTO findings (sequence, id, account, region, severity, control, resource, description, remediation, \
      first_ms, last_ms, occurrences) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [.integer(try next.first?.integer("next") ?? 1), .text(id)] + finding.place.key + content + [
        .integer(new.first.milliseconds), .integer(max(new.first, new.last).milliseconds), .integer(Int64(new.count)),
      ])
  }
}

extension FindingRecord {
  fileprivate init(_ row: Row, at place: AccountRegion) throws {
    guard let severity = Finding.Severity(rawValue: try row.text("severity")) else {
      throw DatabaseError.unexpectedColumn("severity")
    }
    self.init(
      id: try row.text("id"),
      finding: Finding(
        place: place, severity: severity, control: try row.text("control"), resource: try row.text("resource"),
        description: try row.text("description"), remediation: try row.text("remediation")),
      first: WallTime(milliseconds: try row.integer("first_ms")),
      last: WallTime(milliseconds: try row.integer("last_ms")), count: Int(try row.integer("occurrences")))
  }
}
