package import Core
package import Storage

/// Keeps an `ActivityLedger` on disk. Owns the tables `activity`, `access_key_uses` and
/// `activity_start`.
package struct ActivityStore: Sendable {
  package static let migrations = [
    Migration(
      name: "activity-1",
      statements: [
        """
        CREATE TABLE activity (
          entity_id TEXT NOT NULL CHECK (length(entity_id) BETWEEN 16 AND 128),
          account TEXT NOT NULL CHECK (length(account) = 12),
          action TEXT NOT NULL CHECK (length(action) BETWEEN 3 AND 256),
          resource TEXT NOT NULL CHECK (length(resource) <= 512),
          attempted_at BIGINT NOT NULL CHECK (attempted_at >= 0),
          allowed_at BIGINT CHECK (allowed_at IS NULL OR allowed_at BETWEEN 0 AND attempted_at),
          region TEXT NOT NULL CHECK (length(region) <= 64),
          has_more INTEGER NOT NULL CHECK (has_more IN (0, 1)),
          PRIMARY KEY (entity_id, action, resource),
          CHECK (resource = '' OR allowed_at IS NOT NULL)
        )
        """,
        """
        CREATE TABLE access_key_uses (
          key_id TEXT NOT NULL PRIMARY KEY CHECK (length(key_id) BETWEEN 16 AND 128),
          used_at BIGINT NOT NULL CHECK (used_at >= 0),
          service TEXT NOT NULL CHECK (length(service) BETWEEN 1 AND 64),
          region TEXT NOT NULL CHECK (length(region) <= 64)
        )
        """,
        // One row, with when the server began to look.
        "CREATE TABLE activity_start (since BIGINT NOT NULL CHECK (since >= 0))",
      ])
  ]

  /// How long AWS says that it keeps such (IAM User Guide, "Tracking period").
  package static let retention = Duration.seconds(400 * 86_400)
  /// So that no writer waits long.
  private static let rowsPerTransaction = 1000

  private let database: any Database
  private let ledger: ActivityLedger
  private let identities: IdentityDirectory
  private let accessKeys: AccessKeyDirectory
  private let time: any TimeSource

  package init(
    _ database: any Database, ledger: ActivityLedger, identities: IdentityDirectory, accessKeys: AccessKeyDirectory,
    time: any TimeSource
  ) {
    self.database = database
    self.ledger = ledger
    self.identities = identities
    self.accessKeys = accessKeys
    self.time = time
  }

  /// Fills the memory from the database; once, at start, when the identities are there.
  package func load() async throws {
    let now = time.wallTime().seconds
    let (content, since) = try await database.write { transaction in
      let rows = try transaction.query("SELECT since FROM activity_start", [])
      if rows.isEmpty { try transaction.execute("INSERT INTO activity_start (since) VALUES (?)", [.integer(now)]) }
      return (
        ActivityChanges(
          actions: try transaction.query("SELECT * FROM activity", []).map(Self.action),
          keys: try transaction.query("SELECT * FROM access_key_uses", []).map(Self.key)),
        try rows.first?.integer("since") ?? now
      )
    }
    ledger.restore(content, since: since)
    try await purge()
  }

  /// Writes what has changed since the last time.
  ///
  /// - Throws: `DatabaseError`; what was not written is due again.
  package func flush() async throws {
    var changes = ledger.takeChanges()
    do {
      while !changes.isEmpty {
        let rows = Array(changes.actions.prefix(Self.rowsPerTransaction))
        let keys = Array(changes.keys.prefix(Self.rowsPerTransaction))
        try await database.write { transaction in
          for row in rows { try Self.write(row, transaction) }
          for (key, use) in keys { try Self.write(key, use, transaction) }
        }
        changes.actions.removeFirst(rows.count)
        changes.keys.removeFirst(keys.count)
      }
    } catch {
      ledger.keep(changes)
      throw error
    }
  }

  /// Drops what is older than `retention`, and what belongs to nobody any more.
  package func purge() async throws {
    let limit = time.wallTime().advanced(by: .zero - Self.retention)
    ledger.forget(before: limit, unless: identities.hasPrincipal) { accessKeys.find($0) != nil }
    try await database.write { transaction in
      try transaction.execute("DELETE FROM activity WHERE attempted_at < ?", [.integer(limit.seconds)])
      try transaction.execute(
        """
        DELETE FROM activity WHERE entity_id NOT IN (SELECT unique_id FROM principals)
          AND entity_id NOT IN (SELECT unique_id FROM roles)
        """, [])
      try transaction.execute("DELETE FROM access_key_uses WHERE key_id NOT IN (SELECT id FROM access_keys)", [])
    }
  }

  private static func write(_ row: ActivityRow, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO activity (entity_id, account, action, resource, attempted_at, allowed_at, region, has_more)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (entity_id, action, resource) DO UPDATE SET attempted_at = excluded.attempted_at,
        allowed_at = excluded.allowed_at, region = excluded.region, has_more = excluded.has_more
      """,
      [
        .text(row.place.entity), .text(row.account.description), .text(row.place.action), .text(row.place.resource),
        .integer(row.attemptedAt),
        row.allowedAt.map { .integer($0) } ?? .null, .text(row.region), .integer(row.hasMoreResources ? 1 : 0),
      ])
  }

  private static func write(_ key: AccessKeyID, _ use: AccessKeyUse, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO access_key_uses (key_id, used_at, service, region) VALUES (?, ?, ?, ?)
      ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at, service = excluded.service,
        region = excluded.region
      """,
      [.text(key.description), .integer(use.at), .text(use.service), .text(use.region)])
  }

  private static func action(_ row: Row) throws -> ActivityRow {
    guard let account = AccountID(try row.text("account")) else {
      throw IdentityError(.malformedRecord, "the activity of `\(try row.text("entity_id"))` has a malformed account")
    }
    return ActivityRow(
      place: ActivityRow.Place(
        entity: try row.text("entity_id"), action: try row.text("action"), resource: try row.text("resource")),
      account: account,
      attemptedAt: try row.integer("attempted_at"),
      allowedAt: row.isNull("allowed_at") ? nil : try row.integer("allowed_at"), region: try row.text("region"),
      hasMoreResources: try row.integer("has_more") == 1)
  }

  private static func key(_ row: Row) throws -> (key: AccessKeyID, use: AccessKeyUse) {
    let text = try row.text("key_id")
    guard let id = AccessKeyID(text) else {
      throw IdentityError(.malformedRecord, "the use of an access key has a malformed id: `\(text)`")
    }
    return (
      id, AccessKeyUse(at: try row.integer("used_at"), service: try row.text("service"), region: try row.text("region"))
    )
  }
}
