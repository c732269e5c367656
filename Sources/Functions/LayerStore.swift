import Core
package import Storage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The only code that touches the tables of layers.
package struct LayerStore: Sendable {
  package static let migrations = [
    Migration(
      name: "layers-1",
      statements: [
        """
        CREATE TABLE layers (
          account TEXT NOT NULL CHECK (length(account) = 12),
          region TEXT NOT NULL,
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 140),
          last_version BIGINT NOT NULL CHECK (last_version >= 0),
          PRIMARY KEY (account, region, name))
        """,
        """
        CREATE TABLE layer_versions (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          version BIGINT NOT NULL CHECK (version > 0),
          details TEXT NOT NULL,
          code_digest TEXT NOT NULL CHECK (length(code_digest) = 64),
          code_size BIGINT NOT NULL CHECK (code_size > 0),
          unpacked_size BIGINT NOT NULL CHECK (unpacked_size >= 0),
          created_ms BIGINT NOT NULL,
          PRIMARY KEY (account, region, name, version),
          FOREIGN KEY (account, region, name) REFERENCES layers (account, region, name))
        """,
      ])
  ]

  /// - Returns: the number of the next version, which is taken by this call and by no later one.
  func takeVersionNumber(
    of name: LayerName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> Int {
    try transaction.execute(
      """
      INSERT INTO layers (account, region, name, last_version) VALUES (?, ?, ?, 1)
      ON CONFLICT (account, region, name) DO UPDATE SET last_version = layers.last_version + 1
      """, place.key + [.text(name.description)])
    let rows = try transaction.query(
      "SELECT last_version FROM layers WHERE account = ? AND region = ? AND name = ?",
      place.key + [.text(name.description)])
    guard let row = rows.first else { throw LayerError.unreadableRecord(name.description) }
    return Int(try row.integer("last_version"))
  }

  func insert(_ version: LayerVersion, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO layer_versions (account, region, name, version, details, code_digest, code_size, unpacked_size, \
      created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      key(version.reference) + [
        .text(String(decoding: try JSONEncoder().encode(version.details), as: UTF8.self)),
        .text(version.content.digest.description), .integer(Int64(version.content.size)),
        .integer(Int64(version.content.unpackedSize)), .integer(version.created.milliseconds),
      ])
  }

  /// - Returns: nil when there is no such version.
  func version(_ reference: LayerVersionReference, _ transaction: any Transaction) throws -> LayerVersion? {
    try transaction.query(
      "SELECT * FROM layer_versions WHERE account = ? AND region = ? AND name = ? AND version = ?", key(reference)
    ).first.map(record)
  }

  /// The versions of one layer below a number, newest first.
  func versions(
    of name: LayerName, at place: AccountRegion, below number: Int, _ transaction: any Transaction
  ) throws -> [LayerVersion] {
    try transaction.query(
      """
      SELECT * FROM layer_versions WHERE account = ? AND region = ? AND name = ? AND version < ? ORDER BY version DESC
      """, place.key + [.text(name.description), .integer(Int64(number))]
    ).map(record)
  }

  /// All versions of the layers whose names come after `name`, in order of names, newest first in each.
  func allVersions(
    after name: String, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> [LayerVersion] {
    try transaction.query(
      """
      SELECT * FROM layer_versions WHERE account = ? AND region = ? AND name > ? ORDER BY name, version DESC
      """, place.key + [.text(name)]
    ).map(record)
  }

  func delete(_ reference: LayerVersionReference, _ transaction: any Transaction) throws {
    try transaction.execute(
      "DELETE FROM layer_versions WHERE account = ? AND region = ? AND name = ? AND version = ?", key(reference))
  }

  /// Bytes of the packages of all versions, each counted for itself.
  func codeSize(at place: AccountRegion, _ transaction: any Transaction) throws -> Int {
    let sql = "SELECT COALESCE(SUM(code_size), 0) AS size FROM layer_versions WHERE account = ? AND region = ?"
    return try transaction.query(sql, place.key).reduce(0) { $0 + Int(try $1.integer("size")) }
  }

  /// The packages of all versions, of all accounts.
  func allContent(_ transaction: any Transaction) throws -> [ArtifactID] {
    try transaction.query("SELECT DISTINCT account, code_digest FROM layer_versions", []).map { row in
      let text = try row.text("code_digest")
      guard let account = AccountID(try row.text("account")), let digest = Digest(hexadecimal: text) else {
        throw LayerError.unreadableRecord(text)
      }
      return ArtifactID(account: account, digest: digest)
    }
  }

  private func key(_ reference: LayerVersionReference) -> [SQLValue] {
    reference.place.key + [.text(reference.name.description), .integer(Int64(reference.number))]
  }

  private func record(_ row: Row) throws -> LayerVersion {
    let text = try row.text("name")
    guard let account = AccountID(try row.text("account")), let region = Region(try row.text("region")),
      let name = LayerName(text), let digest = Digest(hexadecimal: try row.text("code_digest"))
    else { throw LayerError.unreadableRecord(text) }
    let place = AccountRegion(account: account, region: region)
    return LayerVersion(
      reference: LayerVersionReference(place: place, name: name, number: Int(try row.integer("version"))),
      details: try JSONDecoder().decode(LayerDetails.self, from: Data(try row.text("details").utf8)),
      content: LayerContent(
        digest: digest, size: Int(try row.integer("code_size")),
        unpackedSize: Int(try row.integer("unpacked_size"))),
      created: WallTime(milliseconds: try row.integer("created_ms")))
  }
}
