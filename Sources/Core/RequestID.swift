/// The id of one request: a random UUID (RFC 9562, version 4) in lower case, 36 characters.
///
/// The same id names the request in the answer, the log, the trace and the audit record.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(from random: some RandomSource) {
    var bytes = random.bytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    description = Self.text(bytes)
  }

  /// - Returns: nil unless `text` has the form of a UUID in lower case.
  package init?(_ text: String) {
    let hyphens = [8, 13, 18, 23]
    let isUUID = text.utf8.enumerated().allSatisfy { index, byte in
      hyphens.contains(index)
        ? byte == 0x2D : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
    guard isUUID, text.utf8.count == 36 else { return nil }
    description = text
  }

  private static func text(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      var place = 0
      for (index, byte) in bytes.enumerated() {
        if index == 4 || index == 6 || index == 8 || index == 10 {
          buffer[place] = 0x2D
          place += 1
        }
        place = Hexadecimal.write(byte, to: buffer, at: place)
      }
      return place
    }
  }
}
