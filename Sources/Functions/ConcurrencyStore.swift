import Core
package import Storage

/// The only code that touches the table of reserved concurrency.
package struct ConcurrencyStore: Sendable {
  package static let migrations = [
    Migration(
      name: "concurrency-1",
      statements: [
        """
        CREATE TABLE function_concurrency (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          reserved BIGINT NOT NULL CHECK (reserved >= 0),
          PRIMARY KEY (account, region, name),
          FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE)
        """
      ])
  ]

  /// What is reserved for every function that has anything reserved, by its ARN.
  func all(_ transaction: any Transaction) throws -> [ARN: Int] {
    var reserved: [ARN: Int] = [:]
    for row in try transaction.query("SELECT * FROM function_concurrency", []) {
      let text = try row.text("name")
      guard let account = AccountID(try row.text("account")), let region = Region(try row.text("region")),
        let name = FunctionName(text)
      else { throw FunctionError.unreadableRecord(text) }
      let arn = FunctionVersion.arn(name, at: AccountRegion(account: account, region: region))
      reserved[arn] = Int(try row.integer("reserved"))
    }
    return reserved
  }

  /// - Returns: nil when nothing is reserved for the function.
  func reserved(for name: FunctionName, at place: AccountRegion, _ transaction: any Transaction) throws -> Int? {
    let sql = "SELECT reserved FROM function_concurrency WHERE account = ? AND region = ? AND name = ?"
    return try transaction.query(sql, key(name, place)).first.map { Int(try $0.integer("reserved")) }
  }

  /// The sum over all functions of the account but one.
  func reserved(
    besides name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> Int {
    let sql = """
      SELECT coalesce(sum(reserved), 0) AS total FROM function_concurrency \
      WHERE account = ? AND region = ? AND name <> ?
      """
    return try transaction.query(sql, key(name, place)).first.map { Int(try $0.integer("total")) } ?? 0
  }

  /// - Parameter reserved: nil takes the reservation away.
  func set(
    _ reserved: Int?, for name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    guard let reserved else {
      try transaction.execute(
        "DELETE FROM function_concurrency WHERE account = ? AND region = ? AND name = ?", key(name, place))
      return
    }
    try transaction.execute(
      """
      INSERT INTO function_concurrency (account, region, name, reserved) VALUES (?, ?, ?, ?)
      ON CONFLICT (account, region, name) DO UPDATE SET reserved = excluded.reserved
      """, key(name, place) + [.integer(Int64(reserved))])
  }

  private func key(_ name: FunctionName, _ place: AccountRegion) -> [SQLValue] {
    [.text(place.account.description), .text(place.region.description), .text(name.description)]
  }
}
