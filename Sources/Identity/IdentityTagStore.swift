package import Storage

/// Tags of users, roles, managed policies and providers, by the unique id of what has them. Owns the table `identity_tags`.
package struct IdentityTagStore: Sendable {
  package static let migrations = [
    Migration(
      name: "identity-tags-1",
      statements: [
        """
        CREATE TABLE identity_tags (
          entity_id TEXT NOT NULL CHECK (length(entity_id) BETWEEN 16 AND 128),
          tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 128),
          value TEXT NOT NULL CHECK (length(value) <= 256),
          PRIMARY KEY (entity_id, tag)
        )
        """
      ])
  ]

  package init() {}

  func tags(of id: String, _ transaction: any Transaction) throws -> [String: String] {
    let rows = try transaction.query("SELECT tag, value FROM identity_tags WHERE entity_id = ?", [.text(id)])
    return Dictionary(
      try rows.map { (try $0.text("tag"), try $0.text("value")) }, uniquingKeysWith: { first, _ in first })
  }

  /// By the unique id of what has them.
  func all(_ transaction: any Transaction) throws -> [String: [String: String]] {
    var all: [String: [String: String]] = [:]
    for row in try transaction.query("SELECT entity_id, tag, value FROM identity_tags", []) {
      all[try row.text("entity_id"), default: [:]][try row.text("tag")] = try row.text("value")
    }
    return all
  }

  /// Takes the place of all tags that were there.
  func replace(_ tags: [String: String], of id: String, _ transaction: any Transaction) throws {
    try removeAll(of: id, transaction)
    for (tag, value) in tags {
      try transaction.execute(
        "INSERT INTO identity_tags (entity_id, tag, value) VALUES (?, ?, ?)", [.text(id), .text(tag), .text(value)])
    }
  }

  func removeAll(of id: String, _ transaction: any Transaction) throws {
    try transaction.execute("DELETE FROM identity_tags WHERE entity_id = ?", [.text(id)])
  }
}
