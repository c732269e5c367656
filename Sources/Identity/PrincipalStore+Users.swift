import Core
import Storage

/// The users among the principals.
extension PrincipalStore {
  private static let table = NamedTable(
    name: "principals", columns: "arn, account, name, path, unique_id, is_administrator, created_at",
    condition: "kind = 'user'")

  static func users(_ transaction: any Transaction) throws -> [User] {
    try table.all(transaction).map(user)
  }

  /// In the order of their names.
  static func users(in account: AccountID, _ transaction: any Transaction) throws -> [User] {
    try table.all(in: account, transaction).map(user)
  }

  /// Names are found without regard to case, and are unique so.
  static func findUser(_ name: String, in account: AccountID, _ transaction: any Transaction) throws -> User? {
    try table.find(name, in: account, transaction).map(user)
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  static func requireUser(_ name: String, in account: AccountID, _ transaction: any Transaction) throws -> User {
    guard let user = try findUser(name, in: account, transaction) else { throw IdentityFailure.noSuchUser(name) }
    return user
  }

  /// Users after a name, in the order of their names.
  static func listUsers(
    in account: AccountID, pathPrefix: String, after name: String, limit: Int, _ transaction: any Transaction
  ) throws -> [User] {
    try table.list(in: account, pathPrefix: pathPrefix, after: name, limit: limit, transaction).map(user)
  }

  static func countUsers(in account: AccountID, _ transaction: any Transaction) throws -> Int {
    try table.count(in: account, transaction)
  }

  /// Writes the name and the path of a user who is there.
  static func update(_ user: User, _ transaction: any Transaction) throws {
    try transaction.execute(
      "UPDATE principals SET arn = ?, name = ?, path = ? WHERE unique_id = ?",
      [.text(user.arn.description), .text(user.name), .text(user.path), .text(user.uniqueID)])
  }

  static func delete(_ user: User, _ transaction: any Transaction) throws {
    try transaction.execute("DELETE FROM principals WHERE unique_id = ?", [.text(user.uniqueID)])
  }

  private static func user(_ row: Row) throws -> User {
    let name = try row.text("name")
    guard let account = AccountID(try row.text("account")) else {
      throw IdentityError(.malformedRecord, "user `\(name)` has a malformed account")
    }
    let user = User(
      account: account, name: name, path: try row.text("path"), uniqueID: try row.text("unique_id"),
      createdAt: WallTime(milliseconds: try row.integer("created_at")),
      isAdministrator: try row.integer("is_administrator") == 1)
    guard try row.text("arn") == user.arn.description else {
      throw IdentityError(.malformedRecord, "user `\(name)` has another ARN than its path and name make")
    }
    return user
  }
}
