extension Substring {
  /// The parts between occurrences of an ASCII character, empty ones included: at least one, at most `maxSplits` + 1.
  ///
  /// Bytes are compared, as whoever signed or sent the text does. `split(separator:)` compares what a reader sees as
  /// one character: a separator with a combining mark after it would separate nothing.
  package func fields(separatedBy separator: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
    let byte = UInt8(ascii: separator)
    var fields: [Substring] = []
    var start = startIndex
    while fields.count < maxSplits, let end = utf8[start...].firstIndex(of: byte) {
      fields.append(self[start..<end])
      start = utf8.index(after: end)
    }
    fields.append(self[start...])
    return fields
  }
}

extension String {
  /// As `Substring.fields(separatedBy:maxSplits:)`.
  package func fields(separatedBy separator: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
    self[...].fields(separatedBy: separator, maxSplits: maxSplits)
  }
}
