import Core
import Cryptography

/// A slice of a batch as it is stored.
struct SealedLogBatch: Sendable {
  let batch: LogBatch
  let firstMilliseconds: Int64
  let lastMilliseconds: Int64
  let sealed: [UInt8]

  /// - Returns: one for each slice of `batch`, in order.
  static func sealing(_ batch: LogBatch, with cipher: EnvelopeCipher) throws(CryptographyError) -> [SealedLogBatch] {
    var sealed: [SealedLogBatch] = []
    for slice in LogSlice.cut(batch.events) {
      sealed.append(
        SealedLogBatch(
          batch: batch.with(slice.events), firstMilliseconds: slice.firstMilliseconds,
          lastMilliseconds: slice.lastMilliseconds,
          sealed: try cipher.seal(
            LogFraming.encode(slice.events), account: batch.place.account,
            context: context(batch.logGroup, batch.stream))))
    }
    return sealed
  }

  /// Binds what is sealed to the place where it is kept.
  static func context(_ group: LogGroup, _ stream: LogStreamName) -> [String: String] {
    ["aws:logs:arn": group.arn.description, "aws:redoubt:log-stream": stream.description]
  }
}
