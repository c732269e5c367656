import Storage
import Synchronization

/// Rows by table, for the few shapes of SQL that the stores of this module use; constraints are the real engine's.
final class TableDouble: Database {
  private let tables = Mutex<[String: [[String: SQLValue]]]>([:])

  func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
    try body(TableTransaction(double: self))
  }

  func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
    try body(TableTransaction(double: self))
  }

  func rows(of table: String) -> [[String: SQLValue]] { tables.withLock { $0[table, default: []] } }

  func change(_ table: String, _ change: (inout [[String: SQLValue]]) -> Void) {
    tables.withLock { change(&$0[table, default: []]) }
  }
}

private struct TableTransaction: Transaction {
  let double: TableDouble

  /// All rows of the table, or those of the account that is the first argument.
  func query(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> [Row] {
    let rows = double.rows(of: word(after: "FROM", in: sql))
    return rows.filter { arguments.isEmpty || $0["account"] == arguments[0] }.map { Row($0) }
  }

  func execute(_ sql: String, _ arguments: [SQLValue]) throws(DatabaseError) -> Int {
    let list = sql.split(separator: "(")[1].split(separator: ")")[0]
    let columns = list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
    guard columns.count == arguments.count else { throw .failed("counts of columns and arguments differ") }
    let row = Dictionary(zip(columns, arguments), uniquingKeysWith: { first, _ in first })
    double.change(word(after: "INTO", in: sql)) { $0.append(row) }
    return 1
  }

  private func word(after keyword: String, in sql: String) -> String {
    let words = sql.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let index = words.firstIndex(of: keyword), index + 1 < words.count else { return "" }
    return words[index + 1]
  }
}
