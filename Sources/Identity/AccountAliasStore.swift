package import Core
package import Storage

/// The alias of each account, which has one at most. Owns the table `account_aliases`.
package struct AccountAliasStore: Sendable {
  package static let migrations = [
    Migration(
      name: "account-aliases-1",
      statements: [
        """
        CREATE TABLE account_aliases (
          account TEXT NOT NULL PRIMARY KEY CHECK (length(account) = 12),
          alias TEXT NOT NULL CHECK (length(alias) BETWEEN 3 AND 63)
        )
        """
      ])
  ]

  package init() {}

  func alias(of account: AccountID, _ transaction: any Transaction) throws -> String? {
    try transaction.query("SELECT alias FROM account_aliases WHERE account = ?", [.text(account.description)])
      .first?.text("alias")
  }

  /// Takes the place of the one that the account has.
  func set(_ alias: String, of account: AccountID, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO account_aliases (account, alias) VALUES (?, ?)
      ON CONFLICT (account) DO UPDATE SET alias = excluded.alias
      """, [.text(account.description), .text(alias)])
  }

  /// - Returns: whether the account had that alias.
  func remove(_ alias: String, of account: AccountID, _ transaction: any Transaction) throws -> Bool {
    try transaction.execute(
      "DELETE FROM account_aliases WHERE account = ? AND alias = ?", [.text(account.description), .text(alias)]) > 0
  }
}

extension IdentityRegistry {
  package func alias(of account: AccountID) async throws -> String? {
    try await database.read { [aliases] in try aliases.alias(of: account, $0) }
  }

  /// A new alias takes the place of the old one. Other accounts may have the same: nothing is found by it, and a refusal
  /// would tell of them.
  ///
  /// - Throws: `IdentityFailure.entityAlreadyExists` for the one that the account has.
  package func setAlias(_ alias: String, of account: AccountID) async throws {
    try await database.write { [aliases] transaction in
      guard try aliases.alias(of: account, transaction) != alias else {
        throw IdentityFailure.entityAlreadyExists("The account alias \(alias) already exists.")
      }
      try aliases.set(alias, of: account, transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func removeAlias(_ alias: String, of account: AccountID) async throws {
    try await database.write { [aliases] transaction in
      guard try aliases.remove(alias, of: account, transaction) else {
        throw IdentityFailure.noSuchEntity("The account alias with name \(alias) cannot be found.")
      }
    }
  }
}
