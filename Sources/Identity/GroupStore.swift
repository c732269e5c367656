import Core
package import Storage

/// Groups and who is in them. Owns the tables `user_groups` and `user_group_members`.
package struct GroupStore: Sendable {
  package static let migrations = [
    Migration(
      name: "user-groups-1",
      statements: [
        """
        CREATE TABLE user_groups (
          unique_id TEXT NOT NULL PRIMARY KEY CHECK (length(unique_id) BETWEEN 16 AND 128),
          account TEXT NOT NULL CHECK (length(account) = 12),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
          path TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 512),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          UNIQUE (account, name)
        )
        """,
        """
        CREATE TABLE user_group_members (
          group_id TEXT NOT NULL REFERENCES user_groups (unique_id),
          user_id TEXT NOT NULL CHECK (length(user_id) BETWEEN 16 AND 128),
          PRIMARY KEY (group_id, user_id)
        )
        """,
        "CREATE INDEX user_group_members_by_user ON user_group_members (user_id)",
      ])
  ]

  private static let columns = "unique_id, account, name, path, created_at"
  private static let table = NamedTable(name: "user_groups", columns: columns)

  package init() {}

  func all(_ transaction: any Transaction) throws -> [Group] {
    try Self.table.all(transaction).map(Self.record)
  }

  /// In the order of their names.
  func all(in account: AccountID, _ transaction: any Transaction) throws -> [Group] {
    try Self.table.all(in: account, transaction).map(Self.record)
  }

  /// Names are found without regard to case, and are unique so.
  func find(_ name: String, in account: AccountID, _ transaction: any Transaction) throws -> Group? {
    try Self.table.find(name, in: account, transaction).map(Self.record)
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  func require(_ name: String, in account: AccountID, _ transaction: any Transaction) throws -> Group {
    guard let group = try find(name, in: account, transaction) else {
      throw IdentityFailure.noSuchEntity("The group with name \(name) cannot be found.")
    }
    return group
  }

  /// Groups after a name, in the order of their names.
  func list(
    in account: AccountID, pathPrefix: String, after name: String, limit: Int, _ transaction: any Transaction
  ) throws -> [Group] {
    try Self.table.list(in: account, pathPrefix: pathPrefix, after: name, limit: limit, transaction)
      .map(Self.record)
  }

  func count(in account: AccountID, _ transaction: any Transaction) throws -> Int {
    try Self.table.count(in: account, transaction)
  }

  func insert(_ group: Group, _ transaction: any Transaction) throws {
    try transaction.execute(
      "INSERT INTO user_groups (unique_id, account, name, path, created_at) VALUES (?, ?, ?, ?, ?)",
      [
        .text(group.uniqueID), .text(group.account.description), .text(group.name), .text(group.path),
        .integer(group.createdAt.milliseconds),
      ])
  }

  /// Writes the name and the path of a group that is there.
  func update(_ group: Group, _ transaction: any Transaction) throws {
    try transaction.execute(
      "UPDATE user_groups SET name = ?, path = ? WHERE unique_id = ?",
      [.text(group.name), .text(group.path), .text(group.uniqueID)])
  }

  func delete(_ group: Group, _ transaction: any Transaction) throws {
    try transaction.execute("DELETE FROM user_groups WHERE unique_id = ?", [.text(group.uniqueID)])
  }

  /// The unique ids of the users in a group.
  func members(of group: Group, _ transaction: any Transaction) throws -> Set<String> {
    let rows = try transaction.query(
      "SELECT user_id FROM user_group_members WHERE group_id = ?", [.text(group.uniqueID)])
    return Set(try rows.map { try $0.text("user_id") })
  }

  /// The groups of a user, in the order of their names.
  func groups(of user: User, _ transaction: any Transaction) throws -> [Group] {
    try transaction.query(
      """
      SELECT \(Self.columns) FROM user_groups
      WHERE unique_id IN (SELECT group_id FROM user_group_members WHERE user_id = ?) ORDER BY name
      """,
      [.text(user.uniqueID)]
    ).map(Self.record)
  }

  /// Who is in which group, by unique ids.
  func allMembers(_ transaction: any Transaction) throws -> [(group: String, user: String)] {
    try transaction.query("SELECT group_id, user_id FROM user_group_members", []).map {
      (try $0.text("group_id"), try $0.text("user_id"))
    }
  }

  /// Does nothing for a user who is in it already.
  func add(_ user: User, to group: Group, _ transaction: any Transaction) throws {
    try transaction.execute(
      "INSERT INTO user_group_members (group_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
      [.text(group.uniqueID), .text(user.uniqueID)])
  }

  /// Does nothing for a user who is not in it.
  func remove(_ user: User, from group: Group, _ transaction: any Transaction) throws {
    try transaction.execute(
      "DELETE FROM user_group_members WHERE group_id = ? AND user_id = ?",
      [.text(group.uniqueID), .text(user.uniqueID)])
  }

  private static func record(_ row: Row) throws -> Group {
    let name = try row.text("name")
    guard let account = AccountID(try row.text("account")) else {
      throw IdentityError(.malformedRecord, "group `\(name)` has a malformed account")
    }
    return Group(
      account: account, name: name, path: try row.text("path"), uniqueID: try row.text("unique_id"),
      createdAt: WallTime(milliseconds: try row.integer("created_at")))
  }
}
