import Core

/// The public half of an access key, for example `AKIAIOSFODNN7EXAMPLE`: 16 to 128 upper-case letters and digits.
package struct AccessKeyID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` has the form of an access key id.
  package init?(_ text: String) {
    let isWord = text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
    guard isWord, (16...128).contains(text.utf8.count) else { return nil }
    description = text
  }

  /// A new id of a long-term key: `AKIA` and 16 random characters.
  init(from random: any RandomSource) { description = "AKIA" + Base32.text(random.bytes(10)) }

  /// A new id of a session's key: `ASIA` and 16 random characters.
  init(ofSessionFrom random: any RandomSource) { description = "ASIA" + Base32.text(random.bytes(10)) }
}

/// The stable ids of what IAM keeps, for example `AIDA...`: what is made anew under an old name has another.
enum UniqueID {
  /// - Parameter kind: the first four characters.
  static func make(_ kind: String, from random: any RandomSource) -> String {
    kind + Base32.text(random.bytes(15)).prefix(17)
  }
}

/// Base 32 (RFC 4648 section 6), for whole groups of five bytes.
enum Base32 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var characters: [UInt8] = []
    for start in stride(from: 0, to: bytes.count - 4, by: 5) {
      let group = bytes[start..<start + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      for shift in stride(from: 35, through: 0, by: -5) { characters.append(alphabet[Int(group >> shift & 31)]) }
    }
    return String(decoding: characters, as: UTF8.self)
  }
}
