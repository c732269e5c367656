import Core
package import Storage

/// Which policies hang on which principals. Owns the tables `policy_attachments`, `inline_policies` and
/// `permissions_boundaries`. Principals are kept by their unique id: one made anew under an old name has nothing of it.
package struct PolicyGrantStore: Sendable {
  package static let migrations = [
    Migration(
      name: "policy-grants-1",
      statements: [
        """
        CREATE TABLE policy_attachments (
          principal_id TEXT NOT NULL CHECK (length(principal_id) BETWEEN 16 AND 128),
          policy_arn TEXT NOT NULL CHECK (length(policy_arn) BETWEEN 20 AND 2048),
          PRIMARY KEY (principal_id, policy_arn)
        )
        """,
        "CREATE INDEX policy_attachments_by_policy ON policy_attachments (policy_arn)",
        """
        CREATE TABLE inline_policies (
          principal_id TEXT NOT NULL CHECK (length(principal_id) BETWEEN 16 AND 128),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
          document TEXT NOT NULL CHECK (length(document) BETWEEN 1 AND 131072),
          PRIMARY KEY (principal_id, name)
        )
        """,
        """
        CREATE TABLE permissions_boundaries (
          principal_id TEXT NOT NULL PRIMARY KEY CHECK (length(principal_id) BETWEEN 16 AND 128),
          policy_arn TEXT NOT NULL CHECK (length(policy_arn) BETWEEN 20 AND 2048)
        )
        """,
        "CREATE INDEX permissions_boundaries_by_policy ON permissions_boundaries (policy_arn)",
      ])
  ]

  package init() {}

  /// The ARNs of attached policies after one, in order.
  func attached(
    to principal: String, after arn: String = "", limit: Int = .max, _ transaction: any Transaction
  ) throws -> [String] {
    try transaction.query(
      "SELECT policy_arn FROM policy_attachments WHERE principal_id = ? AND policy_arn > ? ORDER BY policy_arn LIMIT ?",
      [.text(principal), .text(arn), .integer(Int64(clamping: limit))]
    ).map { try $0.text("policy_arn") }
  }

  func allAttachments(_ transaction: any Transaction) throws -> [(principal: String, policy: String)] {
    try transaction.query("SELECT principal_id, policy_arn FROM policy_attachments ORDER BY policy_arn", []).map {
      (try $0.text("principal_id"), try $0.text("policy_arn"))
    }
  }

  /// Does nothing when it is attached already.
  func attach(_ policy: String, to principal: String, _ transaction: any Transaction) throws {
    try transaction.execute(
      "INSERT INTO policy_attachments (principal_id, policy_arn) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [.text(principal), .text(policy)])
  }

  /// - Returns: whether it was attached.
  func detach(_ policy: String, from principal: String, _ transaction: any Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM policy_attachments WHERE principal_id = ? AND policy_arn = ?", [.text(principal), .text(policy)]) > 0
  }

  /// Names and texts after a name, in order.
  func inline(
    of principal: String, after name: String = "", limit: Int = .max, _ transaction: any Transaction
  ) throws -> [(name: String, document: String)] {
    try transaction.query(
      "SELECT name, document FROM inline_policies WHERE principal_id = ? AND name > ? ORDER BY name LIMIT ?",
      [.text(principal), .text(name), .integer(Int64(clamping: limit))]
    ).map { (try $0.text("name"), try $0.text("document")) }
  }

  func allInline(_ transaction: any Transaction) throws -> [(principal: String, name: String, document: String)] {
    try transaction.query("SELECT principal_id, name, document FROM inline_policies ORDER BY name", []).map {
      (try $0.text("principal_id"), try $0.text("name"), try $0.text("document"))
    }
  }

  func document(_ name: String, of principal: String, _ transaction: any Transaction) throws -> String? {
    try transaction.query(
      "SELECT document FROM inline_policies WHERE principal_id = ? AND name = ?", [.text(principal), .text(name)]
    ).first?.text("document")
  }

  /// Takes the place of one of the same name.
  func put(_ name: String, _ document: String, of principal: String, _ transaction: any Transaction) throws {
    _ = try remove(name, of: principal, transaction)
    try transaction.execute(
      "INSERT INTO inline_policies (principal_id, name, document) VALUES (?, ?, ?)",
      [.text(principal), .text(name), .text(document)])
  }

  /// - Returns: whether it was there.
  func remove(_ name: String, of principal: String, _ transaction: any Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM inline_policies WHERE principal_id = ? AND name = ?", [.text(principal), .text(name)]) > 0
  }

  /// How many identities of the account have the policy.
  func usage(of policy: String, in account: AccountID, _ transaction: any Transaction) throws -> PolicyUsage {
    func count(_ table: String) throws -> Int {
      let rows = try transaction.query(
        """
        SELECT count(*) AS number FROM \(table) WHERE policy_arn = ? AND principal_id IN (
          SELECT unique_id FROM principals WHERE account = ?
          UNION ALL SELECT unique_id FROM user_groups WHERE account = ?
          UNION ALL SELECT unique_id FROM roles WHERE account = ?)
        """, [.text(policy)] + Array(repeating: .text(account.description), count: 3))
      return Int(try rows[0].integer("number"))
    }
    return PolicyUsage(
      attachments: try count("policy_attachments"), boundaries: try count("permissions_boundaries"))
  }

  /// The ARN of the policy that bounds the principal; nil without one.
  func boundary(of principal: String, _ transaction: any Transaction) throws -> String? {
    try transaction.query(
      "SELECT policy_arn FROM permissions_boundaries WHERE principal_id = ?", [.text(principal)]
    ).first?.text("policy_arn")
  }

  func allBoundaries(_ transaction: any Transaction) throws -> [String: String] {
    let rows = try transaction.query("SELECT principal_id, policy_arn FROM permissions_boundaries", [])
    return Dictionary(
      try rows.map { (try $0.text("principal_id"), try $0.text("policy_arn")) }, uniquingKeysWith: { first, _ in first }
    )
  }

  /// - Parameter policy: nil takes the boundary away.
  /// - Returns: whether there was one before.
  @discardableResult
  func setBoundary(_ policy: String?, of principal: String, _ transaction: any Transaction) throws -> Bool {
    let removed = try transaction.execute(
      "DELETE FROM permissions_boundaries WHERE principal_id = ?", [.text(principal)])
    if let policy {
      try transaction.execute(
        "INSERT INTO permissions_boundaries (principal_id, policy_arn) VALUES (?, ?)",
        [.text(principal), .text(policy)])
    }
    return removed > 0
  }
}
