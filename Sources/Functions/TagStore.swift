import Core
package import Storage

/// The only code that touches the table of tags.
package struct TagStore: Sendable {
  package static let migrations = [
    Migration(
      name: "tags-1",
      statements: [
        """
        CREATE TABLE function_tags (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 128),
          value TEXT NOT NULL CHECK (length(value) <= 256),
          PRIMARY KEY (account, region, name, tag),
          FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE)
        """
      ])
  ]

  /// The tags of every function that has any, by its ARN.
  func all(_ transaction: any Transaction) throws -> [ARN: [String: String]] {
    var tags: [ARN: [String: String]] = [:]
    for row in try transaction.query("SELECT * FROM function_tags", []) {
      let (arn, tag, value) = (try row.functionARN(), try row.text("tag"), try row.text("value"))
      tags[arn, default: [:]][tag] = value
    }
    return tags
  }

  func tags(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> [String: String] {
    let sql = "SELECT tag, value FROM function_tags WHERE account = ? AND region = ? AND name = ?"
    let rows = try transaction.query(sql, name.key(at: place))
    return Dictionary(
      try rows.map { (try $0.text("tag"), try $0.text("value")) }, uniquingKeysWith: { _, last in last })
  }

  /// Adds tags; one of a key that is there takes the new value.
  func set(
    _ tags: [String: String], of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    for (tag, value) in tags {
      try transaction.execute(
        """
        INSERT INTO function_tags (account, region, name, tag, value) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (account, region, name, tag) DO UPDATE SET value = excluded.value
        """, name.key(at: place) + [.text(tag), .text(value)])
    }
  }

  /// A key that is not there is no error, as in AWS.
  func remove(
    _ keys: [String], of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws {
    for tag in keys {
      try transaction.execute(
        "DELETE FROM function_tags WHERE account = ? AND region = ? AND name = ? AND tag = ?",
        name.key(at: place) + [.text(tag)])
    }
  }
}
