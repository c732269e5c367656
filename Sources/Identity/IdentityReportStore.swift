import Core
package import Storage

/// Reports that were made for somebody. Owns the table `identity_reports`.
package struct IdentityReportStore: Sendable {
  package static let migrations = [
    Migration(
      name: "identity-reports-1",
      statements: [
        """
        CREATE TABLE identity_reports (
          id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
          account TEXT NOT NULL CHECK (length(account) = 12),
          kind TEXT NOT NULL CHECK (kind IN ('access', 'credentials')),
          requester TEXT NOT NULL CHECK (length(requester) BETWEEN 16 AND 128),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          content BLOB NOT NULL
        )
        """,
        "CREATE INDEX identity_reports_by_account ON identity_reports (account, kind, created_at)",
      ])
  ]

  enum Kind: String, Sendable {
    case access
    case credentials

    /// How many are kept of one who asks and of an account, the latest ones.
    var mostKept: (requester: Int64, account: Int64) { self == .access ? (10, 200) : (1, 1) }
  }

  struct Report: Sendable {
    let id: String
    let account: AccountID
    let kind: Kind
    /// The unique id of the user or role who asked for it.
    let requester: String
    let createdAt: WallTime
    let content: [UInt8]
  }

  package init() {}

  /// Keeps a new report; the oldest of its kind goes when the account has too many.
  func insert(_ report: Report, _ transaction: any Transaction) throws {
    try transaction.execute(
      "INSERT INTO identity_reports (id, account, kind, requester, created_at, content) VALUES (?, ?, ?, ?, ?, ?)",
      [
        .text(report.id), .text(report.account.description), .text(report.kind.rawValue), .text(report.requester),
        .integer(report.createdAt.milliseconds), .blob(report.content),
      ])
    let kind: [SQLValue] = [.text(report.account.description), .text(report.kind.rawValue)]
    let requester = [SQLValue.text(report.requester)]
    try trim("account = ? AND kind = ? AND requester = ?", kind + requester, report, to: report.kind.mostKept.requester)
    try trim("account = ? AND kind = ?", kind, report, to: report.kind.mostKept.account)

    func trim(_ condition: String, _ values: [SQLValue], _ new: Report, to count: Int64) throws {
      // The new one stays whatever the clock says.
      let others = condition + " AND id <> ?"
      let otherValues = values + [.text(new.id)]
      try transaction.execute(
        """
        DELETE FROM identity_reports WHERE \(others) AND id NOT IN (
          SELECT id FROM identity_reports WHERE \(others) ORDER BY created_at DESC, id LIMIT ?)
        """, otherValues + otherValues + [.integer(count - 1)])
    }
  }

  func find(_ id: String, _ kind: Kind, in account: AccountID, _ transaction: any Transaction) throws -> Report? {
    try transaction.query(
      "SELECT * FROM identity_reports WHERE id = ? AND kind = ? AND account = ?",
      [.text(id), .text(kind.rawValue), .text(account.description)]
    ).first.map { try Self.report($0, kind, account) }
  }

  func latest(_ kind: Kind, in account: AccountID, _ transaction: any Transaction) throws -> Report? {
    try transaction.query(
      "SELECT * FROM identity_reports WHERE account = ? AND kind = ? ORDER BY created_at DESC LIMIT 1",
      [.text(account.description), .text(kind.rawValue)]
    ).first.map { try Self.report($0, kind, account) }
  }

  func purge(before time: WallTime, _ transaction: any Transaction) throws {
    try transaction.execute("DELETE FROM identity_reports WHERE created_at < ?", [.integer(time.milliseconds)])
  }

  private static func report(_ row: Row, _ kind: Kind, _ account: AccountID) throws -> Report {
    Report(
      id: try row.text("id"), account: account, kind: kind, requester: try row.text("requester"),
      createdAt: WallTime(milliseconds: try row.integer("created_at")), content: try row.blob("content"))
  }
}
