/// The migrations that a database has, and which of the program's are to follow. Pure.
struct SchemaHistory {
  struct Entry: Hashable {
    let name: String
    /// The statements themselves: exact, and readable when two versions disagree.
    let statements: String
  }

  let applied: [Entry]

  static func entry(_ migration: Migration) -> Entry {
    Entry(name: migration.name, statements: migration.statements.joined(separator: ";\n"))
  }

  /// - Returns: the migrations to run, in order: those after the applied ones.
  func pending(of migrations: [Migration]) throws(MigrationError) -> [Migration] {
    try refuseRepeated(migrations)
    for (index, entry) in applied.enumerated() {
      guard migrations.contains(where: { $0.name == entry.name }) else {
        throw .databaseIsNewer(unknown: entry.name)
      }
      guard migrations[index].name == entry.name else {
        throw .reordered(expected: migrations[index].name, found: entry.name)
      }
      guard Self.entry(migrations[index]) == entry else { throw .changed(entry.name) }
    }
    return Array(migrations.dropFirst(applied.count))
  }

  private func refuseRepeated(_ migrations: [Migration]) throws(MigrationError) {
    var names: Set<String> = []
    for migration in migrations where !names.insert(migration.name).inserted { throw .repeated(migration.name) }
  }
}
