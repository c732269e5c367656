import Core
import Cryptography
import Storage

/// Opens stored batches and takes out of them what one query wants.
struct LogBatchReader: Sendable {
  let query: LogQuery
  let cipher: EnvelopeCipher

  /// - Parameter row: with the columns `sequence` and `log_stream`.
  /// - Returns: the events of the batch that are in the query's time and match its pattern, as stored.
  func wanted(_ row: Row, _ sealed: [UInt8]) throws -> [FilteredLogEvent] {
    let sequence = try row.integer("sequence")
    guard let stream = LogStreamName(try row.text("log_stream")) else { throw LogError.damaged(sequence: sequence) }
    return try open(sealed, stream, sequence).enumerated().compactMap { index, event in
      let position = LogPosition(
        milliseconds: event.timestamp.milliseconds, sequence: sequence, index: Int64(index))
      guard isInTime(position), query.pattern.matches(event.message) else { return nil }
      return FilteredLogEvent(stream: stream, event: event, position: position)
    }
  }

  private func isInTime(_ position: LogPosition) -> Bool {
    position.milliseconds >= query.start ?? .min && position.milliseconds <= query.end ?? .max
  }

  private func open(_ sealed: [UInt8], _ stream: LogStreamName, _ sequence: Int64) throws -> [LogEvent] {
    let context = SealedLogBatch.context(query.group, stream)
    do {
      return try LogFraming.decode(try cipher.open(sealed, account: query.group.place.account, context: context))
    } catch let error as CryptographyError where error.code == .unknownKey {
      throw error
    } catch {
      throw LogError.damaged(sequence: sequence)
    }
  }
}
