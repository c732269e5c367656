/// The bytes that HTTP's grammar names.
enum Byte {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let colon: UInt8 = 0x3A
  static let delete: UInt8 = 0x7F

  /// Whether a byte may be in a token such as a header's name (RFC 9110 section 5.6.2).
  static let isToken = table("!#$%&'*+-.^_`|~")
  /// Whether a byte may be in the path or query of a target (RFC 3986 sections 3.3 and 3.4).
  static let isTarget = table("-._~%!$&'()*+,;=:@/?")

  private static func table(_ others: StaticString) -> [Bool] {
    let others = others.withUTF8Buffer { Array($0) }
    return (0..<256).map { value in
      switch UInt8(value) {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      case let byte: others.contains(byte)
      }
    }
  }
}
