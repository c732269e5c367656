package import Core
package import Cryptography
package import Storage

/// Function logs: the only type that touches the tables of `LogSchema`.
///
/// A group and a stream exist once something was logged to them or they were created by name.
package struct LogStore: Sendable {
  let database: any Database
  let cipher: EnvelopeCipher
  let time: any TimeSource

  package init(database: any Database, cipher: EnvelopeCipher, time: any TimeSource) {
    self.database = database
    self.cipher = cipher
    self.time = time
  }

  /// Stores the batches in order, all or none; they are on disk when this returns.
  package func append(_ batches: [LogBatch]) async throws(LogError) {
    var sealed: [SealedLogBatch] = []
    for batch in batches { sealed += try seal(batch) }
    try await insert(sealed)
  }

  func seal(_ batch: LogBatch) throws(LogError) -> [SealedLogBatch] {
    do { return try SealedLogBatch.sealing(batch, with: cipher) } catch { throw .cryptography(error) }
  }

  func insert(_ batches: [SealedLogBatch]) async throws(LogError) {
    guard !batches.isEmpty else { return }
    let insertion = LogInsertion(batches: batches, now: time.wallTime())
    try await write { transaction in try insertion.run(in: transaction) }
  }

  @discardableResult
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws(LogError) -> Result {
    do { return try await database.write(body) } catch { throw LogError(error) }
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> Result
  ) async throws(LogError) -> Result {
    do { return try await database.read(body) } catch { throw LogError(error) }
  }
}

extension LogGroup {
  /// In the order of the keys' columns.
  var key: [SQLValue] { place.key + [.text(name.description)] }

  /// Adds to what the group says that it holds.
  ///
  /// - Parameter bytes: of sealed batches that were inserted; negative for removed ones.
  func count(_ bytes: Int64, in transaction: any Transaction) throws(DatabaseError) {
    try transaction.execute(
      "UPDATE log_groups SET stored_bytes = stored_bytes + ? WHERE account = ? AND region = ? AND name = ?",
      [.integer(bytes)] + key)
  }

  func exists(in transaction: any Transaction) throws(DatabaseError) -> Bool {
    let sql = "SELECT name FROM log_groups WHERE account = ? AND region = ? AND name = ?"
    return try !transaction.query(sql, key).isEmpty
  }
}

extension AccountRegion {
  /// In the order of the keys' columns.
  var key: [SQLValue] { [.text(account.description), .text(region.description)] }
}
