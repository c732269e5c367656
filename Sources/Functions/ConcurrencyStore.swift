import Core
package import Storage

/// The only code that touches the tables of reserved and provisioned concurrency.
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
      ]),
    Migration(
      name: "concurrency-2",
      statements: [
        """
        CREATE TABLE function_provisioned_concurrency (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          qualifier TEXT NOT NULL CHECK (length(qualifier) BETWEEN 1 AND 128),
          requested BIGINT NOT NULL CHECK (requested > 0),
          modified_ms BIGINT NOT NULL,
          PRIMARY KEY (account, region, name, qualifier),
          FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE)
        """
      ]),
  ]

  /// What is set of every function of which anything is, by its ARN.
  func all(_ transaction: any Transaction) throws -> [ARN: FunctionConcurrency] {
    var reserved: [ARN: Int] = [:]
    for row in try transaction.query("SELECT * FROM function_concurrency", []) {
      reserved[try row.functionARN()] = Int(try row.integer("reserved"))
    }
    var provisioned: [ARN: [String: ProvisionedConcurrency]] = [:]
    for row in try transaction.query("SELECT * FROM function_provisioned_concurrency", []) {
      let (arn, qualifier, record) = (try row.functionARN(), try row.text("qualifier"), try self.provisioned(row))
      provisioned[arn, default: [:]][qualifier] = record
    }
    let arns = Set(reserved.keys).union(provisioned.keys)
    return Dictionary(
      uniqueKeysWithValues: arns.map { arn in
        (arn, FunctionConcurrency(reserved: reserved[arn], provisioned: provisioned[arn] ?? [:]))
      })
  }

  func concurrency(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> FunctionConcurrency {
    let condition = "WHERE account = ? AND region = ? AND name = ?"
    let reserved = try transaction.query("SELECT reserved FROM function_concurrency \(condition)", name.key(at: place))
    let rows = try transaction.query("SELECT * FROM function_provisioned_concurrency \(condition)", name.key(at: place))
    var provisioned: [String: ProvisionedConcurrency] = [:]
    for row in rows {
      let (qualifier, record) = (try row.text("qualifier"), try self.provisioned(row))
      provisioned[qualifier] = record
    }
    return FunctionConcurrency(
      reserved: try reserved.first.map { Int(try $0.integer("reserved")) }, provisioned: provisioned)
  }

  /// What is kept for all functions of the account but one: what is reserved, or else provisioned.
  func kept(
    besides name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> Int {
    try all(transaction).reduce(0) { sum, entry in
      let (arn, concurrency) = entry
      let isOther =
        arn != FunctionVersion.arn(name, at: place) && arn.account == place.account.description
        && arn.region == place.region.description
      return isOther ? sum + (concurrency.reserved ?? concurrency.totalProvisioned) : sum
    }
  }

  /// - Parameter provisioned: nil takes it away.
  func set(
    _ provisioned: ProvisionedConcurrency?, for qualifier: String, of name: FunctionName, at place: AccountRegion,
    _ transaction: any Transaction
  ) throws {
    guard let provisioned else {
      try transaction.execute(
        """
        DELETE FROM function_provisioned_concurrency \
        WHERE account = ? AND region = ? AND name = ? AND qualifier = ?
        """, name.key(at: place) + [.text(qualifier)])
      return
    }
    try transaction.execute(
      """
      INSERT INTO function_provisioned_concurrency (account, region, name, qualifier, requested, modified_ms)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (account, region, name, qualifier)
      DO UPDATE SET requested = excluded.requested, modified_ms = excluded.modified_ms
      """,
      name.key(at: place) + [
        .text(qualifier), .integer(Int64(provisioned.requested)), .integer(provisioned.lastModified.milliseconds),
      ])
  }

  /// - Parameter reserved: nil takes the reservation away.
  func set(
    _ reserved: Int?, for name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    guard let reserved else {
      try transaction.execute(
        "DELETE FROM function_concurrency WHERE account = ? AND region = ? AND name = ?", name.key(at: place))
      return
    }
    try transaction.execute(
      """
      INSERT INTO function_concurrency (account, region, name, reserved) VALUES (?, ?, ?, ?)
      ON CONFLICT (account, region, name) DO UPDATE SET reserved = excluded.reserved
      """, name.key(at: place) + [.integer(Int64(reserved))])
  }

  private func provisioned(_ row: Row) throws -> ProvisionedConcurrency {
    ProvisionedConcurrency(
      requested: Int(try row.integer("requested")),
      lastModified: WallTime(milliseconds: try row.integer("modified_ms")))
  }
}
