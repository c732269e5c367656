import Core
import JSON
package import Storage

/// The roles of all accounts. Owns the table `roles`.
package struct RoleStore: Sendable {
  package static let migrations = [
    Migration(
      name: "roles-1",
      statements: [
        """
        CREATE TABLE roles (
          unique_id TEXT NOT NULL PRIMARY KEY CHECK (length(unique_id) BETWEEN 16 AND 128),
          account TEXT NOT NULL CHECK (length(account) = 12),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
          path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 512),
          trust_policy TEXT NOT NULL CHECK (length(trust_policy) BETWEEN 1 AND 131072),
          trusted_ids TEXT NOT NULL CHECK (length(trusted_ids) >= 2),
          description TEXT NOT NULL CHECK (length(description) <= 1000),
          maximum_session BIGINT NOT NULL CHECK (maximum_session BETWEEN 3600 AND 43200),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          UNIQUE (account, name)
        )
        """
      ])
  ]

  private static let table = NamedTable(
    name: "roles",
    columns: """
      unique_id, account, name, path, trust_policy, trusted_ids, description, maximum_session, created_at
      """)

  package init() {}

  func all(_ transaction: any Transaction) throws -> [Role] {
    try Self.table.all(transaction).map(Self.record)
  }

  /// In the order of their names.
  func all(in account: AccountID, _ transaction: any Transaction) throws -> [Role] {
    try Self.table.all(in: account, transaction).map(Self.record)
  }

  /// Names are found without regard to case, and are unique so.
  func find(_ name: String, in account: AccountID, _ transaction: any Transaction) throws -> Role? {
    try Self.table.find(name, in: account, transaction).map(Self.record)
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  func require(_ name: String, in account: AccountID, _ transaction: any Transaction) throws -> Role {
    guard let role = try find(name, in: account, transaction) else {
      throw IdentityFailure.noSuchEntity("The role with name \(name) cannot be found.")
    }
    return role
  }

  /// Roles after a name, in the order of their names.
  func list(
    in account: AccountID, pathPrefix: String, after name: String, limit: Int, _ transaction: any Transaction
  ) throws -> [Role] {
    try Self.table.list(in: account, pathPrefix: pathPrefix, after: name, limit: limit, transaction)
      .map(Self.record)
  }

  func count(in account: AccountID, _ transaction: any Transaction) throws -> Int {
    try Self.table.count(in: account, transaction)
  }

  func insert(_ role: Role, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO roles
        (trust_policy, trusted_ids, description, maximum_session, unique_id, account, name, path, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      Self.changeable(role) + [
        .text(role.uniqueID), .text(role.account.description), .text(role.name), .text(role.path),
        .integer(role.createdAt.milliseconds),
      ])
  }

  /// Writes what can change of a role that is there.
  func update(_ role: Role, _ transaction: any Transaction) throws {
    try transaction.execute(
      "UPDATE roles SET trust_policy = ?, trusted_ids = ?, description = ?, maximum_session = ? WHERE unique_id = ?",
      Self.changeable(role) + [.text(role.uniqueID)])
  }

  func delete(_ role: Role, _ transaction: any Transaction) throws {
    try transaction.execute("DELETE FROM roles WHERE unique_id = ?", [.text(role.uniqueID)])
  }

  private static func changeable(_ role: Role) -> [SQLValue] {
    let ids = JSONValue.object(role.trustedIDs.mapValues { .string($0) }).encoded
    return [
      .text(role.trustPolicy), .text(String(decoding: ids, as: UTF8.self)), .text(role.description),
      .integer(Int64(role.maximumSession)),
    ]
  }

  private static func record(_ row: Row) throws -> Role {
    let name = try row.text("name")
    guard let account = AccountID(try row.text("account")) else {
      throw IdentityError(.malformedRecord, "role `\(name)` has a malformed account")
    }
    guard case .object(let ids)? = JSONValue(parsing: try row.text("trusted_ids").utf8) else {
      throw IdentityError(.malformedRecord, "role `\(name)` has malformed ids of whom it trusts")
    }
    return Role(
      account: account, name: name, path: try row.text("path"), uniqueID: try row.text("unique_id"),
      createdAt: WallTime(milliseconds: try row.integer("created_at")), trustPolicy: try row.text("trust_policy"),
      trustedIDs: ids.compactMapValues(\.string),
      description: try row.text("description"), maximumSession: Int(try row.integer("maximum_session")))
  }
}
