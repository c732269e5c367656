import FoundationEssentials
internal import GRDB

/// A transaction on one SQLite connection; valid only on the connection's own queue, within the body it is handed to.
struct SQLiteTransaction: Transaction {
  enum Access { case read, write }

  let connection: GRDB.Database
  let access: Access

  func query(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> [Row] {
    try mappingErrors {
      let statement = try prepared(sql)
      let columns = statement.columnNames
      let cursor = try GRDB.Row.fetchCursor(statement, arguments: try Self.bindings(arguments))
      var rows: [Row] = []
      while let row = try cursor.next() {
        rows.append(Row(columns: columns, values: row.databaseValues.map(SQLValue.init)))
      }
      return rows
    }
  }

  @discardableResult
  func execute(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> Int {
    try mappingErrors {
      let statement = try prepared(sql)
      let before = connection.totalChangesCount
      try statement.execute(arguments: try Self.bindings(arguments))
      // sqlite3_changes keeps the count of the last INSERT, UPDATE or DELETE through any other statement.
      return connection.totalChangesCount == before ? 0 : connection.changesCount
    }
  }

  private func prepared(_ sql: String) throws -> Statement {
    let statement = try connection.cachedStatement(sql: sql)
    guard access == .write || statement.isReadonly else {
      throw DatabaseError.failed("a read transaction refuses `\(sql)`")
    }
    return statement
  }

  private static func bindings(_ arguments: [SQLValue]) throws(DatabaseError) -> StatementArguments {
    for case .text(let text) in arguments where text.utf8.contains(0) {
      throw .failed("a text argument contains a NUL character")
    }
    // Not the initializer for one type, which goes by key paths: those cost more than the statement.
    return StatementArguments(arguments.map { $0.databaseValue as (any DatabaseValueConvertible)? })
  }
}

extension SQLValue {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let integer): self = .integer(integer)
    case .double(let real): self = .real(real)
    case .string(let text): self = .text(text)
    case .blob(let bytes): self = .blob([UInt8](bytes))
    }
  }

  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let integer): integer.databaseValue
    case .real(let real): real.databaseValue
    case .text(let text): text.databaseValue
    case .blob(let bytes): Data(bytes).databaseValue
    }
  }
}
