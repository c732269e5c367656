import Core
import JSON
package import Storage

/// The only code that touches the tables of resource policies and of public access.
package struct ResourcePolicyStore: Sendable {
  /// No foreign keys: versions, aliases and layer versions are resources as well. Whoever deletes one deletes its policy.
  package static let migrations = [
    Migration(
      name: "resource-policies-1",
      statements: [
        """
        CREATE TABLE resource_policies (
          account TEXT NOT NULL CHECK (length(account) = 12),
          region TEXT NOT NULL,
          resource TEXT NOT NULL CHECK (length(resource) BETWEEN 1 AND 512),
          statements TEXT NOT NULL CHECK (length(statements) BETWEEN 2 AND 131072),
          revision_id TEXT NOT NULL CHECK (length(revision_id) = 36),
          PRIMARY KEY (account, region, resource))
        """,
        """
        CREATE TABLE public_access (
          account TEXT NOT NULL CHECK (length(account) = 12),
          region TEXT NOT NULL,
          PRIMARY KEY (account, region))
        """,
      ])
  ]

  func all(_ transaction: any Transaction) throws -> [(resource: ARN, policy: ResourcePolicy)] {
    try transaction.query("SELECT * FROM resource_policies", []).map { row in
      let arn = ARN(
        service: "lambda", region: try row.text("region"), account: try row.text("account"),
        resource: try row.text("resource"))
      return (arn, try record(row))
    }
  }

  func policy(of resource: ARN, _ transaction: any Transaction) throws -> ResourcePolicy? {
    try transaction.query(
      "SELECT * FROM resource_policies WHERE account = ? AND region = ? AND resource = ?", key(resource)
    ).first.map(record)
  }

  /// The resources beneath a function that have a policy: itself, its versions and its aliases.
  func resources(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> [ARN] {
    let own = "function:\(name)"
    return try transaction.query(
      """
      SELECT resource FROM resource_policies
      WHERE account = ? AND region = ? AND (resource = ? OR substr(resource, 1, ?) = ?)
      """, place.key + [.text(own), .integer(Int64(own.utf8.count + 1)), .text(own + ":")]
    ).map { ARN(service: "lambda", at: place, resource: try $0.text("resource")) }
  }

  func set(_ policy: ResourcePolicy, of resource: ARN, _ transaction: any Transaction) throws {
    let statements = JSONValue.array(
      policy.statements.map { one in
        [
          "id": .string(one.id), "json": one.json, "principalID": one.principalID.map { .string($0) } ?? .null,
          "isPublic": .bool(one.isPublic),
        ]
      })
    try transaction.execute(
      """
      INSERT INTO resource_policies (statements, revision_id, account, region, resource) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (account, region, resource)
        DO UPDATE SET statements = excluded.statements, revision_id = excluded.revision_id
      """,
      [.text(String(decoding: statements.encoded, as: UTF8.self)), .text(policy.revisionID)] + key(resource))
  }

  func delete(_ resource: ARN, _ transaction: any Transaction) throws {
    try transaction.execute(
      "DELETE FROM resource_policies WHERE account = ? AND region = ? AND resource = ?", key(resource))
  }

  /// Where policies may allow everybody.
  func publicPlaces(_ transaction: any Transaction) throws -> [AccountRegion] {
    try transaction.query("SELECT account, region FROM public_access", []).map { row in
      let text = try row.text("account")
      guard let account = AccountID(text), let region = Region(try row.text("region")) else {
        throw FunctionError.unreadableRecord(text)
      }
      return AccountRegion(account: account, region: region)
    }
  }

  func setPublicAccess(_ isAllowed: Bool, at place: AccountRegion, _ transaction: any Transaction) throws {
    try transaction.execute(
      isAllowed
        ? "INSERT INTO public_access (account, region) VALUES (?, ?) ON CONFLICT DO NOTHING"
        : "DELETE FROM public_access WHERE account = ? AND region = ?", place.key)
  }

  private func key(_ resource: ARN) -> [SQLValue] {
    [.text(resource.account), .text(resource.region), .text(resource.resource)]
  }

  private func record(_ row: Row) throws -> ResourcePolicy {
    let text = try row.text("statements")
    guard case .array(let list)? = JSONValue(parsing: text.utf8) else { throw FunctionError.unreadableRecord(text) }
    let statements = try list.map { item in
      guard let id = item["id"]?.string, let json = item["json"], case .bool(let isPublic)? = item["isPublic"] else {
        throw FunctionError.unreadableRecord(text)
      }
      return Permission(id: id, json: json, principalID: item["principalID"]?.string, isPublic: isPublic)
    }
    return ResourcePolicy(statements: statements, revisionID: try row.text("revision_id"))
  }
}
