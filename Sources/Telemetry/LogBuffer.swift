import Core

/// Batches on their way to the disk, bounded in bytes, with the account of what found no room. Pure.
struct LogBuffer {
  /// What was dropped of one stream.
  struct Loss: Hashable {
    var events = 0
    var bytes = 0
  }

  /// What was taken out to be stored. It occupies the buffer until `settle` or `giveBack`.
  struct Taken {
    var batches: [LogBatch]
    var losses: [LogStreamKey: Loss]
  }

  /// Streams beyond it are counted in the total only.
  static let mostLosses = 1024

  let capacity: Int
  private(set) var byteCount = 0
  private(set) var droppedEvents = 0
  private var waiting: [LogBatch] = []
  private var losses: [LogStreamKey: Loss] = [:]

  init(capacity: Int) { self.capacity = capacity }

  /// Keeps the batch, or counts it as lost when there is no room.
  mutating func append(_ batch: LogBatch) {
    let size = batch.byteCount
    guard size <= capacity - byteCount else { return drop(batch, size) }
    byteCount += size
    waiting.append(batch)
  }

  /// Everything that waits, in order.
  mutating func take() -> Taken {
    defer { (waiting, losses) = ([], [:]) }
    return Taken(batches: waiting, losses: losses)
  }

  /// Makes room: these are stored.
  mutating func settle(_ batches: some Sequence<LogBatch>) {
    byteCount -= batches.reduce(0) { $0 + $1.byteCount }
  }

  /// Puts back what could not be stored, before what came meanwhile.
  mutating func giveBack(_ taken: Taken) {
    waiting = taken.batches + waiting
    for (key, loss) in taken.losses { add(loss, to: key) }
  }

  /// For a batch that was taken and can never be stored; it is settled with the others.
  mutating func countAsDropped(_ batch: LogBatch) { droppedEvents += batch.events.count }

  private mutating func drop(_ batch: LogBatch, _ size: Int) {
    droppedEvents += batch.events.count
    add(Loss(events: batch.events.count, bytes: size), to: batch.key)
  }

  private mutating func add(_ loss: Loss, to key: LogStreamKey) {
    guard losses.count < Self.mostLosses || losses[key] != nil else { return }
    losses[key, default: Loss()].events += loss.events
    losses[key, default: Loss()].bytes += loss.bytes
  }
}

extension LogBuffer.Loss {
  /// The line that stands in the stream for what is missing.
  func notice(in key: LogStreamKey, at now: WallTime) -> LogBatch {
    let message = "REDOUBT \(events) log events (\(bytes) bytes) of this stream were dropped: the log buffer was full"
    let event = LogEvent(timestamp: now, ingestion: now, message: message, origin: .platform)
    return LogBatch(place: key.group.place, group: key.group.name, stream: key.stream, events: [event])
  }
}
