import Core
import JSON
package import Storage

/// The OpenID Connect providers of all accounts. Owns the table `oidc_providers`.
package struct OIDCProviderStore: Sendable {
  package static let migrations = [
    Migration(
      name: "oidc-providers-1",
      statements: [
        """
        CREATE TABLE oidc_providers (
          unique_id TEXT NOT NULL PRIMARY KEY CHECK (length(unique_id) BETWEEN 16 AND 128),
          account TEXT NOT NULL CHECK (length(account) = 12),
          url TEXT NOT NULL CHECK (length(url) BETWEEN 9 AND 255),
          client_ids TEXT NOT NULL CHECK (json_valid(client_ids)),
          thumbprints TEXT NOT NULL CHECK (json_valid(thumbprints)),
          created_at BIGINT NOT NULL CHECK (created_at >= 0),
          UNIQUE (account, url)
        )
        """
      ])
  ]

  private static let columns = "unique_id, account, url, client_ids, thumbprints, created_at"

  package init() {}

  func all(_ transaction: any Transaction) throws -> [OIDCProvider] {
    try transaction.query("SELECT \(Self.columns) FROM oidc_providers ORDER BY url", []).map(Self.record)
  }

  func all(in account: AccountID, _ transaction: any Transaction) throws -> [OIDCProvider] {
    try transaction.query(
      "SELECT \(Self.columns) FROM oidc_providers WHERE account = ? ORDER BY url", [.text(account.description)]
    ).map(Self.record)
  }

  /// - Parameter arn: of a provider; one of another account finds nothing.
  func find(_ arn: String, in account: AccountID, _ transaction: any Transaction) throws -> OIDCProvider? {
    try all(in: account, transaction).first { $0.arn.description.utf8.elementsEqual(arn.utf8) }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  func require(_ arn: String, in account: AccountID, _ transaction: any Transaction) throws -> OIDCProvider {
    guard let provider = try find(arn, in: account, transaction) else {
      throw IdentityFailure.noSuchEntity("OpenIDConnect Provider not found for arn \(arn)")
    }
    return provider
  }

  func insert(_ provider: OIDCProvider, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO oidc_providers (client_ids, thumbprints, unique_id, account, url, created_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      Self.changeable(provider) + [
        .text(provider.uniqueID), .text(provider.account.description), .text(provider.url.description),
        .integer(provider.createdAt.milliseconds),
      ])
  }

  /// Writes what can change of a provider that is there.
  func update(_ provider: OIDCProvider, _ transaction: any Transaction) throws {
    try transaction.execute(
      "UPDATE oidc_providers SET client_ids = ?, thumbprints = ? WHERE unique_id = ?",
      Self.changeable(provider) + [.text(provider.uniqueID)])
  }

  func delete(_ provider: OIDCProvider, _ transaction: any Transaction) throws {
    try transaction.execute("DELETE FROM oidc_providers WHERE unique_id = ?", [.text(provider.uniqueID)])
  }

  private static func changeable(_ provider: OIDCProvider) -> [SQLValue] {
    [provider.clientIDs, provider.thumbprints].map { texts in
      .text(String(decoding: JSONValue.array(texts.map { .string($0) }).encoded, as: UTF8.self))
    }
  }

  private static func record(_ row: Row) throws -> OIDCProvider {
    let text = try row.text("url")
    guard let account = AccountID(try row.text("account")), let url = HTTPSURL(text) else {
      throw IdentityError(.malformedRecord, "provider `\(text)` has a malformed account or address")
    }
    return OIDCProvider(
      account: account, url: url, uniqueID: try row.text("unique_id"),
      createdAt: WallTime(milliseconds: try row.integer("created_at")), clientIDs: try texts("client_ids", row, text),
      thumbprints: try texts("thumbprints", row, text))
  }

  private static func texts(_ column: String, _ row: Row, _ provider: String) throws -> [String] {
    guard case .array(let values)? = JSONValue(parsing: try row.text(column).utf8) else {
      throw IdentityError(.malformedRecord, "provider `\(provider)` has malformed \(column)")
    }
    return values.compactMap(\.string)
  }
}
