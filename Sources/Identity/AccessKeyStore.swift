import Core
package import Cryptography
package import Storage

/// An access key as it is stored.
struct SealedAccessKey: Sendable {
  let key: AccessKey
  let secret: [UInt8]
}

/// Access keys with their secrets sealed. Owns the tables `access_keys` and `deleted_access_keys`.
package struct AccessKeyStore: Sendable {
  package static let migrations = [
    Migration(
      name: "access-keys-1",
      statements: [
        """
        CREATE TABLE access_keys (
          id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 16 AND 128),
          account TEXT NOT NULL CHECK (length(account) = 12),
          principal_arn TEXT NOT NULL CHECK (length(principal_arn) BETWEEN 20 AND 2048),
          sealed_secret BLOB NOT NULL CHECK (length(sealed_secret) >= 93),
          is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          token_digest BLOB CHECK (token_digest IS NULL OR length(token_digest) = 32),
          expires_at BIGINT CHECK (expires_at IS NULL OR expires_at >= created_at),
          CHECK ((token_digest IS NULL) = (expires_at IS NULL))
        )
        """,
        "CREATE INDEX access_keys_by_principal ON access_keys (principal_arn)",
      ])
  ]

  /// The ids of keys that were deleted: what still names one is out of date, and not from elsewhere.
  package static let deletionMigrations = [
    Migration(
      name: "access-keys-2",
      statements: [
        "CREATE TABLE deleted_access_keys (id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 16 AND 128))"
      ])
  ]

  private let database: any Database
  private let cipher: EnvelopeCipher

  package init(_ database: any Database, cipher: EnvelopeCipher) {
    self.database = database
    self.cipher = cipher
  }

  /// All keys with their secrets opened and their principals joined: what an `AccessKeyDirectory` is made of.
  ///
  /// - Throws: `unknownPrincipal` for a key without one of `principals`.
  package func open(for principals: [Principal]) async throws -> [SigningIdentity] {
    try open(try await database.read { try Self.all($0) }, for: principals)
  }

  /// As `open(for:)`, of keys that were read already.
  func open(_ keys: [SealedAccessKey], for principals: [Principal]) throws -> [SigningIdentity] {
    let byARN = Dictionary(principals.map { ($0.arn, $0) }, uniquingKeysWith: { first, _ in first })
    return try keys.map { sealed in
      let key = sealed.key
      guard let principal = byARN[key.principalARN], principal.account == key.account else {
        throw IdentityError(.unknownPrincipal, "access key `\(key.id)` names no principal: `\(key.principalARN)`")
      }
      let secret = try cipher.open(sealed.secret, account: key.account, context: Self.context(key))
      return SigningIdentity(key: key, principal: principal, secret: String(decoding: secret, as: UTF8.self))
    }
  }

  private static let columns = """
    SELECT id, account, principal_arn, sealed_secret, is_active, created_at, token_digest, expires_at FROM access_keys
    """

  static func all(_ transaction: any Transaction) throws -> [SealedAccessKey] {
    try transaction.query(columns, []).map(sealedKey)
  }

  /// The long-term keys of a principal, the oldest first.
  static func keys(of principal: ARN, _ transaction: any Transaction) throws -> [AccessKey] {
    try transaction.query(
      columns + " WHERE principal_arn = ? AND token_digest IS NULL ORDER BY created_at, id",
      [.text(principal.description)]
    ).map(record)
  }

  /// Gives the keys of a principal to the same one under another name: secrets are sealed for whom they belong to.
  func move(from old: Principal, to new: Principal, _ transaction: any Transaction) throws {
    let sealed = try transaction.query(Self.columns + " WHERE principal_arn = ?", [.text(old.arn.description)])
      .map(Self.sealedKey)
    for identity in try open(sealed, for: [old]) {
      let key = identity.key.belonging(to: new.arn)
      try transaction.execute(
        "UPDATE access_keys SET principal_arn = ?, sealed_secret = ? WHERE id = ?",
        [
          .text(new.arn.description), .blob(try self.sealed(key, secret: identity.credentials.secretAccessKey)),
          .text(key.id.description),
        ])
    }
  }

  /// - Returns: whether the principal has the key.
  static func setActive(
    _ isActive: Bool, _ id: AccessKeyID, of principal: ARN, _ transaction: any Transaction
  ) throws -> Bool {
    try transaction.execute(
      "UPDATE access_keys SET is_active = ? WHERE id = ? AND principal_arn = ?",
      [.integer(isActive ? 1 : 0), .text(id.description), .text(principal.description)]) > 0
  }

  /// - Returns: whether the principal had the key.
  static func delete(_ id: AccessKeyID, of principal: ARN, _ transaction: any Transaction) throws -> Bool {
    let deleted = try transaction.execute(
      "DELETE FROM access_keys WHERE id = ? AND principal_arn = ?",
      [.text(id.description), .text(principal.description)])
    guard deleted > 0 else { return false }
    try transaction.execute("INSERT INTO deleted_access_keys (id) VALUES (?)", [.text(id.description)])
    return true
  }

  /// Whether there was a key of that id, which was deleted.
  package func wasDeleted(_ id: AccessKeyID) async throws -> Bool {
    try await database.read { transaction in
      try !transaction.query("SELECT id FROM deleted_access_keys WHERE id = ?", [.text(id.description)]).isEmpty
    }
  }

  private static func sealedKey(_ row: Row) throws -> SealedAccessKey {
    SealedAccessKey(key: try record(row), secret: try row.blob("sealed_secret"))
  }

  func sealed(_ key: AccessKey, secret: String) throws(CryptographyError) -> [UInt8] {
    try Self.sealed(key, secret: secret, cipher)
  }

  static func sealed(
    _ key: AccessKey, secret: String, _ cipher: EnvelopeCipher
  ) throws(CryptographyError) -> [UInt8] {
    try cipher.seal(Array(secret.utf8), account: key.account, context: context(key))
  }

  static func insert(
    _ key: AccessKey, sealedSecret: [UInt8], in transaction: any Transaction
  ) throws(DatabaseError) {
    try transaction.execute(
      """
      INSERT INTO access_keys
        (id, account, principal_arn, sealed_secret, is_active, created_at, token_digest, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(key.id.description), .text(key.account.description), .text(key.principalARN.description),
        .blob(sealedSecret), .integer(key.isActive ? 1 : 0), .integer(key.createdAt.milliseconds),
        key.session.map { .blob($0.tokenDigest.bytes) } ?? .null,
        key.session.map { .integer($0.expiresAt.milliseconds) } ?? .null,
      ])
  }

  private static func context(_ key: AccessKey) -> [String: String] {
    ["access-key": key.id.description, "principal": key.principalARN.description]
  }

  private static func record(_ row: Row) throws -> AccessKey {
    let text = try row.text("id")
    guard let id = AccessKeyID(text), let account = AccountID(try row.text("account")),
      let principal = ARN(try row.text("principal_arn"))
    else {
      throw IdentityError(.malformedRecord, "access key `\(text)` has a malformed id, account or principal")
    }
    return AccessKey(
      id: id, account: account, principalARN: principal, isActive: try row.integer("is_active") == 1,
      createdAt: WallTime(milliseconds: try row.integer("created_at")), session: try session(row, of: id))
  }

  private static func session(_ row: Row, of id: AccessKeyID) throws -> AccessKey.Session? {
    if row.isNull("token_digest") { return nil }
    guard let digest = Digest(bytes: try row.blob("token_digest")) else {
      throw IdentityError(.malformedRecord, "access key `\(id)` has a malformed session token digest")
    }
    return AccessKey.Session(
      tokenDigest: digest, expiresAt: WallTime(milliseconds: try row.integer("expires_at")))
  }
}
