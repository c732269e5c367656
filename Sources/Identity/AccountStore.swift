import Core
package import Storage

/// All accounts of the server. Owns the table `accounts`.
package struct AccountStore: Sendable {
  /// The accounts of databases that are older than the table are those that have keys.
  package static let migrations = [
    Migration(
      name: "accounts-1",
      statements: [
        """
        CREATE TABLE accounts (
          id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 12),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
          is_suspended INTEGER NOT NULL CHECK (is_suspended IN (0, 1)),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          sessions_ended_at BIGINT CHECK (sessions_ended_at >= 0)
        )
        """,
        "CREATE UNIQUE INDEX accounts_by_name ON accounts (lower(name))",
        """
        INSERT INTO accounts (id, name, is_suspended, created_at)
        SELECT account, account, 0,
          coalesce((SELECT min(created_at) FROM principals WHERE principals.account = account_keys.account), 0)
        FROM account_keys GROUP BY account
        """,
      ])
  ]

  func all(_ transaction: any Transaction) throws -> [Account] {
    try transaction.query("SELECT * FROM accounts ORDER BY id", []).map(Self.record)
  }

  /// Accounts after an id, in the order of their ids.
  func list(after id: String, limit: Int, _ transaction: any Transaction) throws -> [Account] {
    try transaction.query(
      "SELECT * FROM accounts WHERE id > ? ORDER BY id LIMIT ?",
      [.text(id), .integer(Int64(limit))]
    ).map(Self.record)
  }

  func find(_ id: AccountID, _ transaction: any Transaction) throws -> Account? {
    try transaction.query(
      "SELECT * FROM accounts WHERE id = ?", [.text(id.description)]
    ).first.map(Self.record)
  }

  func isTaken(name: String, _ transaction: any Transaction) throws -> Bool {
    try !transaction.query("SELECT id FROM accounts WHERE lower(name) = lower(?)", [.text(name)]).isEmpty
  }

  func insert(_ account: Account, _ transaction: any Transaction) throws {
    try transaction.execute(
      "INSERT INTO accounts (id, name, is_suspended, created_at) VALUES (?, ?, ?, ?)",
      [
        .text(account.id.description), .text(account.name), .integer(account.isSuspended ? 1 : 0),
        .integer(account.createdAt.milliseconds),
      ])
  }

  /// What began by that time is over.
  func endSessions(by time: WallTime, of id: AccountID, _ transaction: any Transaction) throws {
    try transaction.execute(
      "UPDATE accounts SET sessions_ended_at = ? WHERE id = ?", [.integer(time.milliseconds), .text(id.description)])
  }

  func setSuspended(_ isSuspended: Bool, _ id: AccountID, _ transaction: any Transaction) throws {
    try transaction.execute(
      "UPDATE accounts SET is_suspended = ? WHERE id = ?",
      [.integer(isSuspended ? 1 : 0), .text(id.description)])
  }

  private static func record(_ row: Row) throws -> Account {
    let text = try row.text("id")
    guard let id = AccountID(text) else {
      throw IdentityError(.malformedRecord, "account `\(text)` has a malformed id")
    }
    return Account(
      id: id, name: try row.text("name"), isSuspended: try row.integer("is_suspended") == 1,
      createdAt: WallTime(milliseconds: try row.integer("created_at")),
      sessionsEndedAt: row.isNull("sessions_ended_at")
        ? nil : WallTime(milliseconds: try row.integer("sessions_ended_at")))
  }
}
