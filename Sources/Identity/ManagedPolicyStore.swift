import Core
package import Storage

/// Customer-managed policies with their versions. Owns the tables `managed_policies` and `managed_policy_versions`.
package struct ManagedPolicyStore: Sendable {
  package static let migrations = [
    Migration(
      name: "managed-policies-1",
      statements: [
        """
        CREATE TABLE managed_policies (
          arn TEXT NOT NULL PRIMARY KEY CHECK (length(arn) BETWEEN 20 AND 2048),
          account TEXT NOT NULL CHECK (length(account) = 12),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
          path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 512),
          unique_id TEXT NOT NULL UNIQUE CHECK (length(unique_id) BETWEEN 16 AND 128),
          description TEXT NOT NULL CHECK (length(description) <= 1000),
          default_version BIGINT NOT NULL CHECK (default_version >= 1),
          last_version BIGINT NOT NULL CHECK (last_version >= default_version),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          updated_at BIGINT NOT NULL CHECK (updated_at >= created_at)
        )
        """,
        "CREATE INDEX managed_policies_by_name ON managed_policies (account, name)",
        """
        CREATE TABLE managed_policy_versions (
          arn TEXT NOT NULL REFERENCES managed_policies (arn) ON DELETE CASCADE,
          number BIGINT NOT NULL CHECK (number >= 1),
          document TEXT NOT NULL CHECK (length(document) BETWEEN 1 AND 131072),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          PRIMARY KEY (arn, number)
        )
        """,
      ])
  ]

  private static let columns = """
    SELECT arn, name, path, unique_id, description, default_version, created_at, updated_at FROM managed_policies
    """

  package init() {}

  func find(_ arn: String, in account: AccountID, _ transaction: any Transaction) throws -> ManagedPolicy? {
    try transaction.query(
      Self.columns + " WHERE arn = ? AND account = ?", [.text(arn), .text(account.description)]
    ).first.map(Self.record)
  }

  /// Names are unique in an account whatever their paths, without regard to case.
  func hasName(_ name: String, in account: AccountID, _ transaction: any Transaction) throws -> Bool {
    let rows = try transaction.query(
      "SELECT arn FROM managed_policies WHERE account = ? AND lower(name) = lower(?)",
      [.text(account.description), .text(name)])
    return !rows.isEmpty
  }

  func list(in account: AccountID, _ transaction: any Transaction) throws -> [ManagedPolicy] {
    try transaction.query(
      Self.columns + " WHERE account = ? ORDER BY arn", [.text(account.description)]
    ).map(Self.record)
  }

  /// The texts that are in force, by ARN.
  func documentsInForce(_ transaction: any Transaction) throws -> [String: String] {
    let rows = try transaction.query(
      """
      SELECT p.arn, v.document FROM managed_policies p
      JOIN managed_policy_versions v ON v.arn = p.arn AND v.number = p.default_version
      """, [])
    return Dictionary(
      try rows.map { (try $0.text("arn"), try $0.text("document")) }, uniquingKeysWith: { first, _ in first })
  }

  /// Unique ids by ARN.
  func ids(_ transaction: any Transaction) throws -> [String: String] {
    let rows = try transaction.query("SELECT arn, unique_id FROM managed_policies", [])
    return Dictionary(
      try rows.map { (try $0.text("arn"), try $0.text("unique_id")) }, uniquingKeysWith: { first, _ in first })
  }

  func insert(
    _ policy: ManagedPolicy, document: String, in account: AccountID, _ transaction: any Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO managed_policies
        (arn, account, name, path, unique_id, description, default_version, last_version, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, 1, 1, ?, ?)
      """,
      [
        .text(policy.arn), .text(account.description), .text(policy.name), .text(policy.path),
        .text(policy.uniqueID), .text(policy.description), .integer(policy.createdAt.milliseconds),
        .integer(policy.updatedAt.milliseconds),
      ])
    try insertVersion(1, document, of: policy.arn, at: policy.createdAt, transaction)
  }

  /// Newest first.
  func versions(of policy: ManagedPolicy, _ transaction: any Transaction) throws -> [ManagedPolicyVersion] {
    try transaction.query(
      "SELECT number, document, created_at FROM managed_policy_versions WHERE arn = ? ORDER BY number DESC",
      [.text(policy.arn)]
    ).map { row in
      let number = Int(try row.integer("number"))
      return ManagedPolicyVersion(
        number: number, document: try row.text("document"), isDefault: number == policy.defaultVersion,
        createdAt: WallTime(milliseconds: try row.integer("created_at")))
    }
  }

  /// - Returns: the new version's number, which no earlier one had.
  func addVersion(
    _ document: String, to policy: ManagedPolicy, asDefault: Bool, at time: WallTime, _ transaction: any Transaction
  ) throws -> Int {
    let rows = try transaction.query(
      "SELECT last_version FROM managed_policies WHERE arn = ?", [.text(policy.arn)])
    let number = Int(try rows[0].integer("last_version")) + 1
    try insertVersion(number, document, of: policy.arn, at: time, transaction)
    try transaction.execute(
      "UPDATE managed_policies SET last_version = ?, updated_at = ? WHERE arn = ?",
      [.integer(Int64(number)), .integer(time.milliseconds), .text(policy.arn)])
    if asDefault { try setDefault(number, of: policy, transaction) }
    return number
  }

  func setDefault(_ number: Int, of policy: ManagedPolicy, _ transaction: any Transaction) throws {
    try transaction.execute(
      "UPDATE managed_policies SET default_version = ? WHERE arn = ?", [.integer(Int64(number)), .text(policy.arn)])
  }

  func deleteVersion(_ number: Int, of policy: ManagedPolicy, _ transaction: any Transaction) throws {
    try transaction.execute(
      "DELETE FROM managed_policy_versions WHERE arn = ? AND number = ?",
      [.text(policy.arn), .integer(Int64(number))])
  }

  func delete(_ policy: ManagedPolicy, _ transaction: any Transaction) throws {
    try transaction.execute("DELETE FROM managed_policies WHERE arn = ?", [.text(policy.arn)])
  }

  private func insertVersion(
    _ number: Int, _ document: String, of arn: String, at time: WallTime, _ transaction: any Transaction
  ) throws {
    try transaction.execute(
      "INSERT INTO managed_policy_versions (arn, number, document, created_at) VALUES (?, ?, ?, ?)",
      [.text(arn), .integer(Int64(number)), .text(document), .integer(time.milliseconds)])
  }

  private static func record(_ row: Row) throws -> ManagedPolicy {
    ManagedPolicy(
      arn: try row.text("arn"), name: try row.text("name"), path: try row.text("path"),
      uniqueID: try row.text("unique_id"), description: try row.text("description"),
      createdAt: WallTime(milliseconds: try row.integer("created_at")),
      updatedAt: WallTime(milliseconds: try row.integer("updated_at")),
      defaultVersion: Int(try row.integer("default_version")))
  }
}
