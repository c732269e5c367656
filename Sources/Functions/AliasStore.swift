import Core
package import Storage

/// The only code that touches the table of aliases.
package struct AliasStore: Sendable {
  /// No `ON DELETE` on the versions: one that an alias points at stays, unless the function goes with all it has.
  package static let migrations = [
    Migration(
      name: "aliases-1",
      statements: [
        """
        CREATE TABLE function_aliases (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          alias TEXT NOT NULL CHECK (length(alias) BETWEEN 1 AND 128),
          version BIGINT NOT NULL CHECK (version >= 0),
          additional_version BIGINT,
          additional_weight DOUBLE PRECISION CHECK (additional_weight BETWEEN 0 AND 1),
          description TEXT NOT NULL,
          revision_id TEXT NOT NULL CHECK (length(revision_id) = 36),
          PRIMARY KEY (account, region, name, alias),
          CHECK ((additional_version IS NULL) = (additional_weight IS NULL)),
          CHECK (
            additional_version IS NULL OR (additional_version > 0 AND version > 0 AND additional_version <> version)),
          FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE,
          FOREIGN KEY (account, region, name, version)
            REFERENCES function_versions (account, region, name, version),
          FOREIGN KEY (account, region, name, additional_version)
            REFERENCES function_versions (account, region, name, version))
        """
      ])
  ]

  func all(_ transaction: any Transaction) throws -> [FunctionAlias] {
    try transaction.query("SELECT * FROM function_aliases", []).map(record)
  }

  func aliases(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> [FunctionAlias] {
    let sql = "SELECT * FROM function_aliases WHERE account = ? AND region = ? AND name = ?"
    return try transaction.query(sql, name.key(at: place)).map(record)
  }

  /// - Throws: `FunctionError.aliasExists`.
  func insert(_ alias: FunctionAlias, _ transaction: any Transaction) throws {
    guard try find(alias.name, of: alias.function, at: alias.place, transaction) == nil else {
      throw FunctionError.aliasExists(alias.arn.description)
    }
    try transaction.execute(
      """
      INSERT INTO function_aliases (version, additional_version, additional_weight, description, revision_id, \
      account, region, name, alias) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, values(alias) + key(alias.name, of: alias.function, alias.place))
  }

  func replace(_ alias: FunctionAlias, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      UPDATE function_aliases SET version = ?, additional_version = ?, additional_weight = ?, description = ?, \
      revision_id = ? WHERE account = ? AND region = ? AND name = ? AND alias = ?
      """, values(alias) + key(alias.name, of: alias.function, alias.place))
  }

  /// No such alias is no error, as in AWS.
  func delete(
    _ alias: AliasName, of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    try transaction.execute(
      "DELETE FROM function_aliases WHERE account = ? AND region = ? AND name = ? AND alias = ?",
      key(alias, of: name, place))
  }

  func find(
    _ alias: AliasName, of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> FunctionAlias? {
    try transaction.query(
      "SELECT * FROM function_aliases WHERE account = ? AND region = ? AND name = ? AND alias = ?",
      key(alias, of: name, place)
    ).first.map(record)
  }

  private func key(_ alias: AliasName, of name: FunctionName, _ place: AccountRegion) -> [SQLValue] {
    name.key(at: place) + [.text(alias.description)]
  }

  private func values(_ alias: FunctionAlias) -> [SQLValue] {
    let additional = alias.routing.additional
    return [
      .integer(Int64(alias.routing.version.number)),
      additional.map { .integer(Int64($0.version.number)) } ?? .null, additional.map { .real($0.weight) } ?? .null,
      .text(alias.description), .text(alias.revisionID),
    ]
  }

  private func record(_ row: Row) throws -> FunctionAlias {
    let text = try row.text("alias")
    guard let account = AccountID(try row.text("account")), let region = Region(try row.text("region")),
      let function = FunctionName(try row.text("name")), let name = AliasName(text)
    else { throw FunctionError.unreadableRecord(text) }
    let version = Qualifier(number: Int(try row.integer("version")))
    return FunctionAlias(
      place: AccountRegion(account: account, region: region), function: function, name: name,
      routing: try AliasRouting(version, additional: try additional(row)), description: try row.text("description"),
      revisionID: try row.text("revision_id"))
  }

  private func additional(_ row: Row) throws -> AdditionalVersion? {
    guard !row.isNull("additional_version") else { return nil }
    let version = Qualifier(number: Int(try row.integer("additional_version")))
    return AdditionalVersion(version, weight: try row.real("additional_weight"))
  }
}
