import Core
package import Storage

/// The guardrails of the organization and of its accounts. Owns the table `guardrails`.
package struct GuardrailStore: Sendable {
  package static let migrations = [
    Migration(
      name: "guardrails-1",
      statements: [
        """
        CREATE TABLE guardrails (
          kind TEXT NOT NULL CHECK (kind IN ('SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY')),
          target TEXT NOT NULL CHECK (target = 'organization' OR length(target) = 12),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
          document TEXT NOT NULL CHECK (length(document) BETWEEN 2 AND 5120),
          PRIMARY KEY (target, kind, name)
        )
        """
      ])
  ]

  func all(_ transaction: any Transaction) throws -> [Guardrail] {
    try transaction.query(
      "SELECT kind, target, name, document FROM guardrails ORDER BY target, kind, name", []
    ).map(Self.record)
  }

  func names(
    _ kind: Guardrail.Kind, at target: Guardrail.Target, _ transaction: any Transaction
  ) throws -> Set<String> {
    let rows = try transaction.query(
      "SELECT name FROM guardrails WHERE kind = ? AND target = ?", [.text(kind.rawValue), .text(target.description)])
    return Set(try rows.map { try $0.text("name") })
  }

  func put(_ guardrail: Guardrail, _ transaction: any Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO guardrails (kind, target, name, document) VALUES (?, ?, ?, ?)
      ON CONFLICT (target, kind, name) DO UPDATE SET document = excluded.document
      """,
      [
        .text(guardrail.kind.rawValue), .text(guardrail.target.description), .text(guardrail.name),
        .text(guardrail.document),
      ])
  }

  /// - Returns: whether there was one.
  func delete(
    _ kind: Guardrail.Kind, at target: Guardrail.Target, name: String, _ transaction: any Transaction
  ) throws -> Bool {
    try transaction.execute(
      "DELETE FROM guardrails WHERE kind = ? AND target = ? AND name = ?",
      [.text(kind.rawValue), .text(target.description), .text(name)]) > 0
  }

  private static func record(_ row: Row) throws -> Guardrail {
    let name = try row.text("name")
    guard let kind = Guardrail.Kind(rawValue: try row.text("kind")),
      let target = Guardrail.Target(try row.text("target"))
    else { throw IdentityError(.malformedRecord, "guardrail `\(name)` has a malformed kind or target") }
    return Guardrail(kind: kind, target: target, name: name, document: try row.text("document"))
  }
}
