internal import GRDB
import Synchronization

/// Gathers the transactions that arrive while another is being synced and commits them together.
///
/// Each body runs in a savepoint of its own, so a body that throws undoes only itself. Nobody is answered before the
/// commit is on disk; when the commit fails, the whole group gets its error.
final class GroupCommit: Sendable {
  /// Enough to spread one sync thinly; few enough that the first of a group does not wait for a crowd.
  static let largestGroup = 256

  private struct State {
    var waiting: [QueuedWrite] = []
    var isDraining = false
  }

  private let state = Mutex(State())
  private let commits = Atomic<Int>(0)

  var commitCount: Int { commits.load(ordering: .relaxed) }

  /// - Returns: true when nobody is draining, so that the caller must have `drain` run on the writer's queue.
  func enqueue(_ write: QueuedWrite) -> Bool {
    state.withLock { state in
      state.waiting.append(write)
      defer { state.isDraining = true }
      return !state.isDraining
    }
  }

  /// Commits group after group until nothing waits. Blocks the writer's queue, on which it must be called.
  func drain(on connection: GRDB.Database) {
    while let group = nextGroup() { settle(group, on: connection) }
  }

  private func nextGroup() -> [QueuedWrite]? {
    state.withLock { state in
      let group = Array(state.waiting.prefix(Self.largestGroup))
      state.waiting.removeFirst(group.count)
      state.isDraining = !group.isEmpty
      return group.isEmpty ? nil : group
    }
  }

  private func settle(_ group: [QueuedWrite], on connection: GRDB.Database) {
    var outcomes: [Result<QueuedWrite.Answer, any Error>] = []
    do {
      try commit(group, on: connection, recording: &outcomes)
      for (write, outcome) in zip(group, outcomes) { write.settle(outcome) }
    } catch {
      let error = undo(on: connection, after: error)
      for (index, write) in group.enumerated() {
        // What a body threw itself says more to its caller than what became of the group.
        if index < outcomes.count, case .failure = outcomes[index] {
          write.settle(outcomes[index])
        } else {
          write.refuse(error)
        }
      }
    }
  }

  private func commit(
    _ group: [QueuedWrite], on connection: GRDB.Database,
    recording outcomes: inout [Result<QueuedWrite.Answer, any Error>]
  ) throws {
    try connection.beginTransaction(.immediate)
    for write in group { outcomes.append(try attempt(write, on: connection)) }
    try connection.commit()
    commits.add(1, ordering: .relaxed)
  }

  /// - Throws: when the whole transaction is lost, not when only the body failed.
  private func attempt(
    _ write: QueuedWrite, on connection: GRDB.Database
  ) throws -> Result<QueuedWrite.Answer, any Error> {
    try connection.cachedStatement(sql: "SAVEPOINT queued_write").execute()
    let outcome = Result { try write.run(SQLiteTransaction(connection: connection, access: .write)) }
    // A full disk or an I/O error undoes everything, the neighbours' work with it (lang_transaction.html, section 3).
    guard connection.isInsideTransaction else { throw Self.lost(outcome) }
    if case .failure = outcome {
      try connection.cachedStatement(sql: "ROLLBACK TO SAVEPOINT queued_write").execute()
    }
    try connection.cachedStatement(sql: "RELEASE SAVEPOINT queued_write").execute()
    return outcome
  }

  private static func lost(_ outcome: Result<QueuedWrite.Answer, any Error>) -> DatabaseError {
    switch outcome {
    case .failure(let error as DatabaseError): error
    case .failure, .success: .failed("the transaction ended before its commit")
    }
  }

  /// - Returns: why the group failed, with what went wrong in undoing it, if anything did.
  private func undo(on connection: GRDB.Database, after error: any Error) -> DatabaseError {
    let cause = DatabaseError(error)
    guard connection.isInsideTransaction else { return cause }
    do {
      try connection.rollback()
      return cause
    } catch {
      return .failed("\(cause); roll back: \(DatabaseError(error))")
    }
  }
}
