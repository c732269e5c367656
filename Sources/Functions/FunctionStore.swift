import Core
package import Storage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The only code that touches the tables of functions.
package struct FunctionStore: Sendable {
  package static let migrations = [
    Migration(
      name: "functions-1",
      statements: [
        """
        CREATE TABLE functions (
          account TEXT NOT NULL CHECK (length(account) = 12),
          region TEXT NOT NULL,
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
          last_version BIGINT NOT NULL CHECK (last_version >= 0),
          created_ms BIGINT NOT NULL,
          PRIMARY KEY (account, region, name))
        """,
        """
        CREATE TABLE function_versions (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          version BIGINT NOT NULL CHECK (version >= 0),
          configuration TEXT NOT NULL,
          environment BLOB,
          code_digest TEXT NOT NULL CHECK (length(code_digest) = 64),
          code_size BIGINT NOT NULL CHECK (code_size > 0),
          modified_ms BIGINT NOT NULL,
          revision_id TEXT NOT NULL CHECK (length(revision_id) = 36),
          PRIMARY KEY (account, region, name, version),
          FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE)
        """,
      ])
  ]

  func all(_ transaction: any Transaction) throws -> [FunctionVersion] {
    try transaction.query("SELECT * FROM function_versions", []).map(record)
  }

  func versions(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> [FunctionVersion] {
    let sql = "SELECT * FROM function_versions WHERE account = ? AND region = ? AND name = ?"
    return try transaction.query(sql, name.key(at: place)).map(record)
  }

  /// Bytes of the packages of all versions, each counted for itself.
  func codeSize(at place: AccountRegion, _ transaction: any Transaction) throws -> Int {
    let sql = "SELECT COALESCE(SUM(code_size), 0) AS size FROM function_versions WHERE account = ? AND region = ?"
    return try transaction.query(sql, place.key).reduce(0) { $0 + Int(try $1.integer("size")) }
  }

  func insertFunction(_ version: FunctionVersion, _ transaction: any Transaction) throws {
    do {
      try transaction.execute(
        "INSERT INTO functions (account, region, name, last_version, created_ms) VALUES (?, ?, ?, 0, ?)",
        version.name.key(at: version.place) + [.integer(version.lastModified.milliseconds)])
    } catch DatabaseError.conflict {
      throw FunctionError.alreadyExists(version.name.description)
    }
    try insertVersion(version, transaction)
  }

  func insertVersion(_ version: FunctionVersion, _ transaction: any Transaction) throws {
    let environment = version.sealedEnvironment.map(SQLValue.blob) ?? .null
    try transaction.execute(
      """
      INSERT INTO function_versions (account, region, name, version, configuration, environment, code_digest, \
      code_size, modified_ms, revision_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      version.name.key(at: version.place) + [
        .integer(Int64(version.qualifier.number)), .text(try text(version.configuration)), environment,
        .text(version.code.digest.description), .integer(Int64(version.code.size)),
        .integer(version.lastModified.milliseconds), .text(version.revisionID),
      ])
  }

  /// Replaces `$LATEST`, provided that it still is at the revision that the change started from.
  func replaceLatest(
    _ version: FunctionVersion, from revisionID: String, _ transaction: any Transaction
  ) throws {
    let environment = version.sealedEnvironment.map(SQLValue.blob) ?? .null
    let changed = try transaction.execute(
      """
      UPDATE function_versions SET configuration = ?, environment = ?, code_digest = ?, code_size = ?, \
      modified_ms = ?, revision_id = ? \
      WHERE account = ? AND region = ? AND name = ? AND version = 0 AND revision_id = ?
      """,
      [
        .text(try text(version.configuration)), environment, .text(version.code.digest.description),
        .integer(Int64(version.code.size)), .integer(version.lastModified.milliseconds), .text(version.revisionID),
      ] + version.name.key(at: version.place) + [.text(revisionID)])
    guard changed == 1 else {
      let isThere = try !versions(of: version.name, at: version.place, transaction).isEmpty
      let arn = version.functionARN.description
      throw isThere ? FunctionError.concurrentChange(arn) : FunctionError.notFound(arn)
    }
  }

  /// - Returns: the number of the next version, which is taken by this call.
  func takeVersionNumber(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> Int {
    let whereKey = "WHERE account = ? AND region = ? AND name = ?"
    try transaction.execute(
      "UPDATE functions SET last_version = last_version + 1 \(whereKey)", name.key(at: place))
    let rows = try transaction.query("SELECT last_version FROM functions \(whereKey)", name.key(at: place))
    guard let row = rows.first else {
      throw FunctionError.notFound(FunctionVersion.arn(name, at: place).description)
    }
    return Int(try row.integer("last_version"))
  }

  /// - Returns: whether there was such a function.
  func deleteFunction(_ name: FunctionName, at place: AccountRegion, _ transaction: any Transaction) throws -> Bool {
    let sql = "DELETE FROM functions WHERE account = ? AND region = ? AND name = ?"
    return try transaction.execute(sql, name.key(at: place)) == 1
  }

  func deleteVersion(
    _ number: Int, of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    let sql = "DELETE FROM function_versions WHERE account = ? AND region = ? AND name = ? AND version = ?"
    try transaction.execute(sql, name.key(at: place) + [.integer(Int64(number))])
  }

  package init() {}

  private func text(_ configuration: FunctionConfiguration) throws -> String {
    String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
  }

  private func record(_ row: Row) throws -> FunctionVersion {
    let name = try row.text("name")
    guard let account = AccountID(try row.text("account")), let region = Region(try row.text("region")),
      let functionName = FunctionName(name), let digest = Digest(hexadecimal: try row.text("code_digest"))
    else { throw FunctionError.unreadableRecord(name) }
    let configuration = Data(try row.text("configuration").utf8)
    return FunctionVersion(
      place: AccountRegion(account: account, region: region), name: functionName,
      qualifier: Qualifier(number: Int(try row.integer("version"))),
      configuration: try JSONDecoder().decode(FunctionConfiguration.self, from: configuration),
      code: FunctionCode(digest: digest, size: Int(try row.integer("code_size"))),
      sealedEnvironment: row.isNull("environment") ? nil : try row.blob("environment"),
      lastModified: WallTime(milliseconds: try row.integer("modified_ms")),
      revisionID: try row.text("revision_id"))
  }
}
