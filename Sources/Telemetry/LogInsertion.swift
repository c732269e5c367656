import Core
import Storage

/// Writes sealed batches, and the groups and streams that they are the first of.
struct LogInsertion: Sendable {
  let batches: [SealedLogBatch]
  let now: WallTime

  func run(in transaction: any Transaction) throws(DatabaseError) {
    for (group, batches) in Dictionary(grouping: batches, by: \.batch.logGroup) {
      try Self.add(group, at: now, in: transaction)
      try group.count(batches.reduce(0) { $0 + Int64($1.sealed.count) }, in: transaction)
    }
    let first = try takeNumbers(in: transaction)
    for (offset, batch) in batches.enumerated() {
      try touchStream(of: batch, in: transaction)
      try insert(batch, sequence: first + Int64(offset), in: transaction)
    }
  }

  /// - Returns: the number of groups made, 0 when it exists.
  @discardableResult
  static func add(_ group: LogGroup, at now: WallTime, in transaction: any Transaction) throws(DatabaseError) -> Int {
    try transaction.execute(
      "INSERT INTO log_groups (account, region, name, created_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      group.key + [.integer(now.milliseconds)])
  }

  /// - Returns: the number of the first batch; those of the others follow.
  private func takeNumbers(in transaction: any Transaction) throws(DatabaseError) -> Int64 {
    try transaction.execute("UPDATE log_sequence SET next = next + ?", [.integer(Int64(batches.count))])
    let rows = try transaction.query("SELECT next FROM log_sequence", [])
    guard let row = rows.first else { throw .failed("log_sequence is empty") }
    return try row.integer("next") - Int64(batches.count)
  }

  private func touchStream(of sealed: SealedLogBatch, in transaction: any Transaction) throws(DatabaseError) {
    let ingestion = sealed.batch.events.map(\.ingestion).max() ?? now
    try transaction.execute(
      """
      INSERT INTO log_streams
        (account, region, log_group, name, created_ms, first_ms, last_ms, last_ingestion_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (account, region, log_group, name) DO UPDATE SET
        first_ms = CASE WHEN log_streams.first_ms < excluded.first_ms
          THEN log_streams.first_ms ELSE excluded.first_ms END,
        last_ms = CASE WHEN log_streams.last_ms > excluded.last_ms
          THEN log_streams.last_ms ELSE excluded.last_ms END,
        last_ingestion_ms = CASE WHEN log_streams.last_ingestion_ms > excluded.last_ingestion_ms
          THEN log_streams.last_ingestion_ms ELSE excluded.last_ingestion_ms END
      """,
      sealed.batch.logGroup.key + [
        .text(sealed.batch.stream.description), .integer(now.milliseconds), .integer(sealed.firstMilliseconds),
        .integer(sealed.lastMilliseconds), .integer(ingestion.milliseconds),
      ])
  }

  /// The requests whose lines are in a batch, with a space between two; nothing else of it is stored in clear.
  private func requests(of batch: LogBatch) -> SQLValue {
    var ids: [String] = []
    for case let id? in batch.events.lazy.map(\.requestID) where ids.last != id.description {
      ids.append(id.description)
    }
    return ids.isEmpty ? .null : .text(ids.joined(separator: " "))
  }

  private func insert(
    _ sealed: SealedLogBatch, sequence: Int64, in transaction: any Transaction
  ) throws(DatabaseError) {
    try transaction.execute(
      """
      INSERT INTO log_batches
        (sequence, account, region, log_group, log_stream, first_ms, last_ms, event_count, request_id, sealed)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [.integer(sequence)] + sealed.batch.logGroup.key + [
        .text(sealed.batch.stream.description), .integer(sealed.firstMilliseconds),
        .integer(sealed.lastMilliseconds), .integer(Int64(sealed.batch.events.count)),
        requests(of: sealed.batch), .blob(sealed.sealed),
      ])
  }
}
