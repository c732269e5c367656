package import Core
package import Logging
import Synchronization

/// Takes log batches from event loops without ever blocking them, and writes them behind.
///
/// What was appended less than an interval before a crash is lost; what found no room in the buffer is dropped,
/// counted, and stands as one line of the platform in its stream.
package final class LogWriter: Sendable {
  /// Of messages and 26 bytes for each event, in one transaction.
  private static let largestChunk = 4_194_304

  private let store: LogStore
  private let time: any TimeSource
  private let clock: any Clock<Duration>
  private let interval: Duration
  private let log: Logger
  private let buffer: Mutex<LogBuffer>
  private let turnstile = Turnstile()

  /// - Parameter capacity: how many bytes of batches may wait for the disk.
  /// - Parameter clock: measures the interval.
  package init(
    store: LogStore, time: any TimeSource, log: Logger, capacity: Int = 67_108_864,
    interval: Duration = .milliseconds(100), clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.store = store
    self.time = time
    self.log = log
    self.interval = interval
    self.clock = clock
    buffer = Mutex(LogBuffer(capacity: capacity))
  }

  /// Keeps the batch for the next flush. Never blocks or fails; a batch without events is nothing.
  package func append(_ batch: LogBatch) {
    guard !batch.events.isEmpty else { return }
    buffer.withLock { $0.append(batch) }
  }

  /// How many events were dropped since the start.
  package var droppedEvents: Int { buffer.withLock { $0.droppedEvents } }

  /// Flushes at every interval until the task is cancelled, and once more then.
  ///
  /// A flush that fails is logged and tried again with the next; only the last one's error is thrown.
  package func run() async throws(LogError) {
    while await pause() {
      do {
        try await flush()
      } catch {
        log.error("log batches could not be stored, will try again", metadata: ["error": "\(error)"])
      }
    }
    try await flush()
  }

  /// Stores everything that was appended before; it is on disk when this returns.
  package func flush() async throws(LogError) {
    await turnstile.enter()
    defer { turnstile.leave() }
    var taken = buffer.withLock { $0.take() }
    do {
      while !taken.batches.isEmpty { try await storeChunk(of: &taken) }
      try await storeNotices(of: &taken)
    } catch {
      buffer.withLock { [taken] in $0.giveBack(taken) }
      throw error
    }
  }

  /// - Returns: false when the task is cancelled.
  private func pause() async -> Bool {
    do {
      try await clock.sleep(for: interval)
      return true
    } catch {
      // A clock's sleep throws for cancellation only.
      return false
    }
  }

  private func storeChunk(of taken: inout LogBuffer.Taken) async throws(LogError) {
    let chunk = Self.chunk(of: taken.batches)
    var sealed: [SealedLogBatch] = []
    for batch in LogBatch.joined(chunk) { sealed += seal(batch) }
    try await store.insert(sealed)
    buffer.withLock { $0.settle(chunk) }
    taken.batches.removeFirst(chunk.count)
  }

  private func storeNotices(of taken: inout LogBuffer.Taken) async throws(LogError) {
    let now = time.wallTime()
    try await store.insert(taken.losses.flatMap { key, loss in seal(loss.notice(in: key, at: now)) })
    taken.losses = [:]
  }

  /// - Returns: nothing when the account has no usable key: one account's trouble must not hold up all the others.
  private func seal(_ batch: LogBatch) -> [SealedLogBatch] {
    do {
      return try store.seal(batch)
    } catch {
      log.error("log batch dropped", metadata: ["group": "\(batch.logGroup.arn)", "error": "\(error)"])
      buffer.withLock { $0.countAsDropped(batch) }
      return []
    }
  }

  /// The first batches up to the size of a chunk, at least one.
  private static func chunk(of batches: [LogBatch]) -> ArraySlice<LogBatch> {
    var bytes = 0
    let end = batches.firstIndex { batch in
      bytes += batch.byteCount
      return bytes > largestChunk
    }
    return batches.prefix(max(1, end ?? batches.count))
  }
}
