package import Core
package import Cryptography
package import Storage

/// The wrapped keys of accounts. Owns the table `account_keys`.
package struct AccountKeyStore: Sendable {
  package static let migrations = [
    Migration(
      name: "account-keys-1",
      statements: [
        """
        CREATE TABLE account_keys (
          account TEXT NOT NULL CHECK (length(account) = 12),
          version BIGINT NOT NULL CHECK (version >= 1),
          root_key_id TEXT NOT NULL CHECK (length(root_key_id) = 32),
          wrapped BLOB NOT NULL CHECK (length(wrapped) >= 60),
          PRIMARY KEY (account, version)
        )
        """
      ])
  ]

  private let database: any Database

  package init(_ database: any Database) { self.database = database }

  /// Whether no account has a key: only then may a new root key be made.
  package func isEmpty() async throws -> Bool {
    try await database.read { try $0.query("SELECT account FROM account_keys LIMIT 1", []).isEmpty }
  }

  /// All keys, opened: the snapshot for an `EnvelopeCipher`.
  package func load(root: any RootKeySource) async throws -> AccountKeyring {
    let records = try await database.read { transaction in
      try transaction.query("SELECT account, version, root_key_id, wrapped FROM account_keys", []).map(Self.record)
    }
    return try AccountKeyring(opening: records, root: root)
  }

  /// Makes and stores the first key of an account that has none; does nothing for one that has.
  package func ensureKey(
    for account: AccountID, root: any RootKeySource, random: any RandomSource
  ) async throws {
    let new = try WrappedAccountKey(generatingFor: account, version: 1, root: root, random: random)
    try await database.write { transaction in
      let existing = try transaction.query(
        "SELECT version FROM account_keys WHERE account = ? LIMIT 1", [.text(account.description)])
      guard existing.isEmpty else { return }
      try Self.insert(new, transaction)
    }
  }

  static func insert(_ key: WrappedAccountKey, _ transaction: any Transaction) throws {
    try transaction.execute(
      "INSERT INTO account_keys (account, version, root_key_id, wrapped) VALUES (?, ?, ?, ?)",
      [.text(key.account.description), .integer(Int64(key.version)), .text(key.rootKeyID), .blob(key.wrapped)])
  }

  private static func record(_ row: Row) throws -> WrappedAccountKey {
    let account = try row.text("account")
    guard let id = AccountID(account), let version = UInt32(exactly: try row.integer("version")) else {
      throw IdentityError(.malformedRecord, "a key of account `\(account)` has a malformed account or version")
    }
    return WrappedAccountKey(
      account: id, version: version, rootKeyID: try row.text("root_key_id"), wrapped: try row.blob("wrapped"))
  }
}
