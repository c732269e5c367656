/// A SHA-256 digest (FIPS 180-4): the name of an artifact by its bytes. Made by `Cryptography`.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// 32 bytes.
  package let bytes: [UInt8]

  /// - Returns: nil unless there are exactly 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// 64 lower-case hexadecimal digits.
  package var description: String { Hexadecimal.encode(bytes) }

  /// - Returns: nil unless `hexadecimal` is 64 lower-case hexadecimal digits.
  package init?(hexadecimal: String) {
    guard let bytes = Hexadecimal.decode(hexadecimal) else { return nil }
    self.init(bytes: bytes)
  }
}
