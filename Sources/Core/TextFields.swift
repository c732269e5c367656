import Glibc

extension Substring {
  /// The parts between occurrences of an ASCII character, empty ones included: at least one, at most `maxSplits` + 1.
  ///
  /// Bytes are compared, as whoever signed or sent the text does. `split(separator:)` compares what a reader sees as
  /// one character: a separator with a combining mark after it would separate nothing.
  package func fields(separatedBy separator: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
    let byte = UInt8(ascii: separator)
    var fields: [Substring] = []
    var start = startIndex
    while fields.count < maxSplits, let offset = utf8[start...].offset(of: byte) {
      let end = utf8.index(start, offsetBy: offset)
      fields.append(self[start..<end])
      start = utf8.index(after: end)
    }
    fields.append(self[start...])
    return fields
  }
}

extension Collection<UInt8> {
  /// How many bytes are before the first occurrence, by libc's search: requests and logs are taken apart by it.
  package func offset(of byte: UInt8) -> Int? {
    let found = withContiguousStorageIfAvailable { buffer -> Int? in
      guard let base = buffer.baseAddress, let place = memchr(base, Int32(byte), buffer.count) else { return nil }
      return UnsafeRawPointer(place) - UnsafeRawPointer(base)
    }
    return found ?? firstIndex(of: byte).map { distance(from: startIndex, to: $0) }
  }
}

extension String {
  /// As `Substring.fields(separatedBy:maxSplits:)`.
  package func fields(separatedBy separator: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
    self[...].fields(separatedBy: separator, maxSplits: maxSplits)
  }
}
