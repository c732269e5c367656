/// The fields of a message: words, and what is between `[` and `]` or between quotes, without these.
struct DelimitedFields {
  private(set) var fields: [Substring] = []
  private let message: String
  /// What ends a field and does not come any more, so that it is looked for in vain once only.
  private var missing: Set<UInt8> = []

  /// Linear in the length of `message`.
  init(_ message: String) {
    self.message = message
    let bytes = message.utf8
    var place = bytes.startIndex
    while let start = bytes[place...].firstIndex(where: { !Self.isSpace($0) }) { place = addField(at: start) }
  }

  /// - Returns: where it ends.
  private mutating func addField(at start: String.Index) -> String.Index {
    let bytes = message.utf8
    if let close = Self.close(bytes[start]), !missing.contains(close) {
      let inside = bytes.index(after: start)
      if let end = bytes[inside...].firstIndex(of: close) {
        fields.append(message[inside..<end])
        return bytes.index(after: end)
      }
      missing.insert(close)
    }
    let end = bytes[start...].firstIndex(where: Self.isSpace) ?? bytes.endIndex
    fields.append(message[start..<end])
    return end
  }

  private static func close(_ open: UInt8) -> UInt8? {
    switch open {
    case UInt8(ascii: "["): UInt8(ascii: "]")
    case UInt8(ascii: "\""): open
    default: nil
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
