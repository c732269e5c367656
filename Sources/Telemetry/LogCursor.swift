import Core
import Cryptography
import FoundationEssentials

/// Writes positions as cursors that only this store can make and that open for one query only.
struct LogCursor {
  let query: LogQuery
  let cipher: EnvelopeCipher

  func text(_ position: LogPosition) throws(CryptographyError) -> String {
    var bytes: [UInt8] = []
    for number in [position.milliseconds, position.sequence, position.index] {
      withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
    return Data(try cipher.seal(bytes, account: query.group.place.account, context: context)).base64EncodedString()
  }

  func position(_ text: String) throws(LogError) -> LogPosition {
    guard let sealed = Data(base64Encoded: text) else { throw .badCursor }
    let bytes: [UInt8]
    do {
      bytes = try cipher.open([UInt8](sealed), account: query.group.place.account, context: context)
    } catch {
      throw .badCursor
    }
    guard bytes.count == 24 else { throw .badCursor }
    let numbers = [0, 8, 16].map { start in
      bytes[start..<start + 8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
    return LogPosition(milliseconds: numbers[0], sequence: numbers[1], index: numbers[2])
  }

  private var context: [String: String] { ["aws:redoubt:log-cursor": query.fingerprint] }
}
