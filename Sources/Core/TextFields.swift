import Glibc

extension Substring {
  /// The parts between occurrences of an ASCII character, empty ones included: at least one, at most `maxSplits` + 1.
  ///
  /// Bytes are compared, as whoever signed or sent the text does. `split(separator:)` compares what a reader sees as
  /// one character: a separator with a combining mark after it would separate nothing.
  package func fields(separatedBy separator: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
    let byte = UInt8(ascii: separator)
    var fields: [Substring] = []
    fields.reserveCapacity(8)
    var rest = utf8
    while fields.count < maxSplits, let offset = rest.offset(of: byte) {
      let end = rest.index(rest.startIndex, offsetBy: offset)
      fields.append(Substring(rest[..<end]))
      rest = rest[rest.index(after: end)...]
    }
    fields.append(Substring(rest))
    return fields
  }
}

/// How many bytes are before the first occurrence, by libc's search: requests and logs are taken apart by it.
///
/// One for each kind of bytes: a generic one is slower than what it searches.
private func offset(of byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  guard let base = bytes.baseAddress, let place = memchr(base, Int32(byte), bytes.count) else { return nil }
  return UnsafeRawPointer(place) - UnsafeRawPointer(base)
}

extension Substring.UTF8View {
  /// How many bytes are before the first occurrence.
  package func offset(of byte: UInt8) -> Int? {
    withContiguousStorageIfAvailable { Core.offset(of: byte, in: $0) }
      ?? firstIndex(of: byte).map { distance(from: startIndex, to: $0) }
  }
}

extension String.UTF8View {
  /// How many bytes are before the first occurrence.
  package func offset(of byte: UInt8) -> Int? { self[...].offset(of: byte) }
}

extension ArraySlice<UInt8> {
  /// How many bytes are before the first occurrence.
  package func offset(of byte: UInt8) -> Int? { withUnsafeBufferPointer { Core.offset(of: byte, in: $0) } }
}

extension String {
  /// As `Substring.fields(separatedBy:maxSplits:)`.
  package func fields(separatedBy separator: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
    self[...].fields(separatedBy: separator, maxSplits: maxSplits)
  }
}

extension String {
  /// The same parts as texts of their own: short ones take no memory.
  package func parts(separatedBy separator: Unicode.Scalar, maxSplits: Int = .max) -> [String] {
    withBytes { bytes in
      var parts: [String] = []
      parts.reserveCapacity(8)
      var rest = bytes[...]
      while parts.count < maxSplits, let end = rest.firstIndex(of: UInt8(ascii: separator)) {
        parts.append(String(decoding: rest[..<end], as: UTF8.self))
        rest = rest[(end + 1)...]
      }
      parts.append(String(decoding: rest, as: UTF8.self))
      return parts
    }
  }
}

extension StringProtocol {
  /// Calls `body` with the bytes in one piece: a loop over them is several times as fast as one over `utf8`.
  @inlinable
  package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
    var native = String(self)
    return native.withUTF8(body)
  }
}
