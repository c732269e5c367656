import Core
package import Storage

/// The only code that touches the table of what became of snap-started versions. A version without a row is pending.
package struct SnapshotStore: Sendable {
  package static let migrations = [
    Migration(
      name: "snapshots-1",
      statements: [
        """
        CREATE TABLE function_snapshots (
          account TEXT NOT NULL,
          region TEXT NOT NULL,
          name TEXT NOT NULL,
          version BIGINT NOT NULL CHECK (version > 0),
          failure TEXT,
          reason TEXT CHECK ((reason IS NULL) = (failure IS NULL)),
          PRIMARY KEY (account, region, name, version),
          FOREIGN KEY (account, region, name, version)
            REFERENCES function_versions (account, region, name, version) ON DELETE CASCADE)
        """
      ])
  ]

  /// By the ARN of the function and the number of the version.
  func all(_ transaction: any Transaction) throws -> [ARN: [Int: SnapshotState]] {
    var states: [ARN: [Int: SnapshotState]] = [:]
    for row in try transaction.query("SELECT * FROM function_snapshots", []) {
      let (arn, number, state) = (try row.functionARN(), Int(try row.integer("version")), try self.state(row))
      states[arn, default: [:]][number] = state
    }
    return states
  }

  func states(
    of name: FunctionName, at place: AccountRegion, _ transaction: any Transaction
  ) throws -> [Int: SnapshotState] {
    let sql = "SELECT * FROM function_snapshots WHERE account = ? AND region = ? AND name = ?"
    var states: [Int: SnapshotState] = [:]
    for row in try transaction.query(sql, name.key(at: place)) {
      states[Int(try row.integer("version"))] = try state(row)
    }
    return states
  }

  /// What a version has come to the first time stays.
  ///
  /// - Parameter failure: nil when it is ready.
  func insert(
    _ failure: SnapshotFailure?, for number: Int, of name: FunctionName, at place: AccountRegion,
    _ transaction: any Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO function_snapshots (account, region, name, version, failure, reason) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (account, region, name, version) DO NOTHING
      """,
      name.key(at: place) + [
        .integer(Int64(number)), failure.map { .text($0.code.rawValue) } ?? .null,
        failure.map { .text($0.reason) } ?? .null,
      ])
  }

  private func state(_ row: Row) throws -> SnapshotState {
    guard !row.isNull("failure") else { return .ready }
    guard let code = SnapshotFailure.Code(rawValue: try row.text("failure")) else {
      throw FunctionError.unreadableRecord(try row.text("name"))
    }
    return .failed(SnapshotFailure(code: code, reason: try row.text("reason")))
  }
}
