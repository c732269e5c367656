/// A value in a row or a statement's argument. A text must not contain a NUL character: no engine keeps it whole.
package enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

/// One row of a result: values by column name.
package struct Row: Hashable, Sendable {
  // Shared by all rows of a result; a table is too narrow for hashing to pay.
  private let columns: [String]
  private let values: [SQLValue]

  /// Both in the order of the result; of equal count.
  init(columns: [String], values: [SQLValue]) {
    self.columns = columns
    self.values = values
  }

  package init(_ values: [String: SQLValue]) {
    let sorted = values.sorted { $0.key < $1.key }
    columns = sorted.map(\.key)
    self.values = sorted.map(\.value)
  }

  /// - Throws: `DatabaseError.unexpectedColumn` when the column is absent or of another type.
  package func text(_ column: String) throws(DatabaseError) -> String {
    guard case .text(let value)? = value(column) else { throw .unexpectedColumn(column) }
    return value
  }

  /// - Throws: `DatabaseError.unexpectedColumn` when the column is absent or of another type.
  package func integer(_ column: String) throws(DatabaseError) -> Int64 {
    guard case .integer(let value)? = value(column) else { throw .unexpectedColumn(column) }
    return value
  }

  /// - Throws: `DatabaseError.unexpectedColumn` when the column is absent or of another type.
  package func blob(_ column: String) throws(DatabaseError) -> [UInt8] {
    guard case .blob(let value)? = value(column) else { throw .unexpectedColumn(column) }
    return value
  }

  /// - Throws: `DatabaseError.unexpectedColumn` when the column is absent or of another type.
  package func real(_ column: String) throws(DatabaseError) -> Double {
    guard case .real(let value)? = value(column) else { throw .unexpectedColumn(column) }
    return value
  }

  /// True when the column is absent or NULL.
  package func isNull(_ column: String) -> Bool { value(column) == nil || value(column) == .null }

  private func value(_ column: String) -> SQLValue? {
    columns.firstIndex(of: column).map { values[$0] }
  }
}

/// Why a statement failed. Conflict and busy are ordinary answers that stores turn into their own errors.
package enum DatabaseError: Error, Hashable, Sendable {
  /// A unique, foreign-key, not-null or check constraint refused the row.
  case conflict(String)
  /// Another writer holds the database; the same transaction may be tried again.
  case busy
  /// A row does not have the column, or not of the type that the store asks for.
  case unexpectedColumn(String)
  /// Anything else, in the engine's words; for the server's own log, never for a caller.
  case failed(String)
}

/// One transaction under way. SQL in the subset that SQLite and PostgreSQL share; arguments as `?`.
package protocol Transaction {
  /// - Returns: all rows.
  func query(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> [Row]
  /// - Returns: the number of rows changed.
  @discardableResult
  func execute(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> Int
}

/// What stores speak to: SQL and values in, rows out. A second engine is a second conformance.
package protocol Database: Sendable {
  /// Runs `body` in a transaction that sees one state of the database and changes nothing.
  func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result
  /// Runs `body` in a transaction that is on disk when this returns, or undone when `body` throws.
  @discardableResult
  func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result
}

/// One change of the schema. Never modified once it has shipped.
package struct Migration: Sendable {
  /// Unique and ordered by its appearance in the composition, for example `functions-1`.
  package let name: String
  package let statements: [String]

  package init(name: String, statements: [String]) {
    self.name = name
    self.statements = statements
  }
}
