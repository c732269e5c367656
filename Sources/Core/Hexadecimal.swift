/// Base 16 (RFC 4648 section 8), written in lower case.
package enum Hexadecimal {
  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    bytes.withContiguousStorageIfAvailable(encode) ?? Array(bytes).withUnsafeBufferPointer(encode)
  }

  /// The digits as ASCII.
  package static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
    let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { append($0, to: &text) }
    if isContiguous == nil { Array(bytes).withUnsafeBufferPointer { append($0, to: &text) } }
  }

  // One for bytes in one piece: a loop over a collection of any kind takes 400 instructions a byte.
  private static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { buffer in
      bytes.reduce(0) { write($1, to: buffer, at: $0) }
    }
  }

  private static func append(_ bytes: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
    text.reserveCapacity(text.count + 2 * bytes.count)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 0x0F))
    }
  }

  /// Both digits of a byte.
  ///
  /// - Returns: the place after them.
  static func write(_ byte: UInt8, to buffer: UnsafeMutableBufferPointer<UInt8>, at place: Int) -> Int {
    buffer[place] = digit(byte >> 4)
    buffer[place + 1] = digit(byte & 0x0F)
    return place + 2
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }

  /// - Returns: nil for an odd count or a character outside `0-9a-f` (upper case is refused).
  package static func decode(_ text: String) -> [UInt8]? {
    text.withBytes { characters in
      guard characters.count.isMultiple(of: 2) else { return nil }
      var bytes = [UInt8](repeating: 0, count: characters.count / 2)
      for index in bytes.indices {
        guard let high = value(characters[2 * index]), let low = value(characters[2 * index + 1]) else { return nil }
        bytes[index] = high << 4 | low
      }
      return bytes
    }
  }
}
