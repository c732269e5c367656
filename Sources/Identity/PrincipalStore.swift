import Core
package import Storage

/// The principals of all accounts. Owns the table `principals`.
package struct PrincipalStore: Sendable {
  package static let migrations = [
    Migration(
      name: "principals-1",
      statements: [
        """
        CREATE TABLE principals (
          arn TEXT NOT NULL PRIMARY KEY CHECK (length(arn) BETWEEN 20 AND 2048),
          account TEXT NOT NULL CHECK (length(account) = 12),
          kind TEXT NOT NULL CHECK (kind IN ('user')),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
          path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 512),
          unique_id TEXT NOT NULL UNIQUE CHECK (length(unique_id) BETWEEN 16 AND 128),
          is_administrator INTEGER NOT NULL CHECK (is_administrator IN (0, 1)),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          UNIQUE (account, kind, name)
        )
        """
      ])
  ]

  private let database: any Database

  package init(_ database: any Database) { self.database = database }

  package func all() async throws -> [Principal] {
    try await database.read { transaction in
      try transaction.query(
        "SELECT arn, account, kind, name, unique_id, is_administrator FROM principals", []
      ).map(Self.record)
    }
  }

  static func hasAdministrator(of account: AccountID, in transaction: any Transaction) throws(DatabaseError) -> Bool {
    let rows = try transaction.query(
      "SELECT arn FROM principals WHERE account = ? AND is_administrator = 1 LIMIT 1", [.text(account.description)])
    return !rows.isEmpty
  }

  static func insert(
    _ principal: Principal, path: String, at time: WallTime, in transaction: any Transaction
  ) throws(DatabaseError) {
    guard case .user(let name) = principal.kind else {
      throw .failed("a session is no principal that is stored: `\(principal.arn)`")
    }
    try transaction.execute(
      """
      INSERT INTO principals (arn, account, kind, name, path, unique_id, is_administrator, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(principal.arn.description), .text(principal.account.description), .text("user"), .text(name), .text(path),
        .text(principal.uniqueID), .integer(principal.isAdministrator ? 1 : 0), .integer(time.milliseconds),
      ])
  }

  private static func record(_ row: Row) throws -> Principal {
    let text = try row.text("arn")
    guard let arn = ARN(text), let account = AccountID(try row.text("account")), try row.text("kind") == "user" else {
      throw IdentityError(.malformedRecord, "principal `\(text)` has a malformed ARN, account or kind")
    }
    return Principal(
      account: account, arn: arn, kind: .user(try row.text("name")), uniqueID: try row.text("unique_id"),
      isAdministrator: try row.integer("is_administrator") == 1)
  }
}
