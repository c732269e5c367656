package import NIOCore

extension ByteBuffer {
  /// Appends a line of a head (RFC 9112 section 5), all at once: of each request several are written.
  ///
  /// - Parameters: without anything that ends a line.
  package mutating func writeHeader(_ name: String, _ value: String) {
    let length = name.utf8.count + value.utf8.count + 4
    writeWithUnsafeMutableBytes(minimumWritableBytes: length) { bytes in
      var end = Self.copy(name, to: bytes, at: 0)
      bytes[end] = UInt8(ascii: ":")
      bytes[end + 1] = UInt8(ascii: " ")
      end = Self.copy(value, to: bytes, at: end + 2)
      bytes[end] = UInt8(ascii: "\r")
      bytes[end + 1] = UInt8(ascii: "\n")
      return length
    }
  }

  /// - Returns: the place after it.
  private static func copy(_ text: String, to bytes: UnsafeMutableRawBufferPointer, at place: Int) -> Int {
    var text = text
    return text.withUTF8 { text in
      UnsafeMutableRawBufferPointer(rebasing: bytes[place...]).copyMemory(from: UnsafeRawBufferPointer(text))
      return place + text.count
    }
  }
}
