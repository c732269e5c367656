import Core
package import Storage

/// The only code that touches the tables of hygiene modes.
package struct HygieneStore: Sendable {
  package static let migrations = [
    Migration(
      name: "hygiene-1",
      statements: [
        """
        CREATE TABLE function_hygiene (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          mode TEXT NOT NULL CHECK (mode IN ('PerInvocation', 'PerEnvironment', 'SingleUse')),
          PRIMARY KEY (account, region, name),
          FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE)
        """,
        """
        CREATE TABLE account_hygiene (
          account TEXT NOT NULL CHECK (length(account) = 12),
          region TEXT NOT NULL,
          mode TEXT NOT NULL CHECK (mode IN ('PerInvocation', 'PerEnvironment', 'SingleUse')),
          PRIMARY KEY (account, region))
        """,
      ])
  ]

  /// One function's mode as it is stored.
  struct FunctionRow: Sendable {
    let place: AccountRegion
    let name: FunctionName
    let mode: HygieneMode
  }

  func allFunctions(_ transaction: any Transaction) throws -> [FunctionRow] {
    try transaction.query("SELECT * FROM function_hygiene", []).map { row in
      let text = try row.text("name")
      guard let name = FunctionName(text) else { throw FunctionError.unreadableRecord(text) }
      return FunctionRow(place: try place(row), name: name, mode: try mode(row))
    }
  }

  func allAccounts(_ transaction: any Transaction) throws -> [(place: AccountRegion, mode: HygieneMode)] {
    try transaction.query("SELECT * FROM account_hygiene", []).map { (try place($0), try mode($0)) }
  }

  /// - Returns: nil when the function has no mode of its own.
  func mode(of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction) throws -> HygieneMode? {
    try transaction.query(
      "SELECT mode FROM function_hygiene WHERE account = ? AND region = ? AND name = ?", name.key(at: place)
    ).first.map(mode)
  }

  /// - Parameter mode: nil leaves it to the account.
  func set(
    _ mode: HygieneMode?, of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    guard let mode else {
      try transaction.execute(
        "DELETE FROM function_hygiene WHERE account = ? AND region = ? AND name = ?", name.key(at: place))
      return
    }
    try transaction.execute(
      """
      INSERT INTO function_hygiene (account, region, name, mode) VALUES (?, ?, ?, ?)
      ON CONFLICT (account, region, name) DO UPDATE SET mode = excluded.mode
      """, name.key(at: place) + [.text(mode.rawValue)])
  }

  /// - Parameter mode: nil leaves it to the platform.
  func set(_ mode: HygieneMode?, at place: AccountRegion, _ transaction: any Transaction) throws {
    guard let mode else {
      try transaction.execute("DELETE FROM account_hygiene WHERE account = ? AND region = ?", place.key)
      return
    }
    try transaction.execute(
      """
      INSERT INTO account_hygiene (account, region, mode) VALUES (?, ?, ?)
      ON CONFLICT (account, region) DO UPDATE SET mode = excluded.mode
      """, place.key + [.text(mode.rawValue)])
  }

  private func place(_ row: Row) throws -> AccountRegion {
    let text = try row.text("account")
    guard let account = AccountID(text), let region = Region(try row.text("region")) else {
      throw FunctionError.unreadableRecord(text)
    }
    return AccountRegion(account: account, region: region)
  }

  private func mode(_ row: Row) throws -> HygieneMode {
    let text = try row.text("mode")
    guard let mode = HygieneMode(rawValue: text) else { throw FunctionError.unreadableRecord(text) }
    return mode
  }
}
