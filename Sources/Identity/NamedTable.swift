import Core
import Storage

/// A table of what has a name and a path in an account: how users, groups and roles are found.
struct NamedTable: Sendable {
  let name: String
  let columns: String
  /// What holds of the rows that count, as SQL.
  var condition = "TRUE"

  private var rows: String { "FROM \(name) WHERE \(condition)" }

  func all(_ transaction: any Transaction) throws -> [Row] {
    try transaction.query("SELECT \(columns) \(rows)", [])
  }

  /// In the order of their names.
  func all(in account: AccountID, _ transaction: any Transaction) throws -> [Row] {
    try transaction.query(
      "SELECT \(columns) \(rows) AND account = ? ORDER BY name", [.text(account.description)])
  }

  /// Names are found without regard to case, and are unique so.
  func find(_ wanted: String, in account: AccountID, _ transaction: any Transaction) throws -> Row? {
    try transaction.query(
      "SELECT \(columns) \(rows) AND account = ? AND lower(name) = lower(?)",
      [.text(account.description), .text(wanted)]
    ).first
  }

  /// Rows after a name, in the order of their names.
  func list(
    in account: AccountID, pathPrefix: String, after last: String, limit: Int, _ transaction: any Transaction
  ) throws -> [Row] {
    try transaction.query(
      """
      SELECT \(columns) \(rows) AND account = ? AND substr(path, 1, ?) = ? AND name > ? ORDER BY name LIMIT ?
      """,
      [
        .text(account.description), .integer(Int64(pathPrefix.unicodeScalars.count)), .text(pathPrefix), .text(last),
        .integer(Int64(limit)),
      ])
  }

  func count(in account: AccountID, _ transaction: any Transaction) throws -> Int {
    let counted = try transaction.query(
      "SELECT count(*) AS number \(rows) AND account = ?", [.text(account.description)])
    return Int(try counted[0].integer("number"))
  }
}
