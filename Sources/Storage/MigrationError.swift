/// Why the schema was left as it is.
package enum MigrationError: Error, Hashable, Sendable {
  /// The database has a migration that this program does not know: it was last used by a newer version.
  case databaseIsNewer(unknown: String)
  /// A migration that the database has was edited since.
  case changed(String)
  /// The database has `found` in the place where this program has `expected`.
  case reordered(expected: String, found: String)
  /// Two migrations have this name.
  case repeated(String)
  case failed(DatabaseError)
}
