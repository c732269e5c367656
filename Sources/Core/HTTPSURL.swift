/// An absolute `https` URL of a host that has a name (RFC 3986, with less room: ASCII, no user, no fragment).
package struct HTTPSURL: Hashable, Sendable, CustomStringConvertible {
  /// As it was written.
  package let description: String
  /// A DNS name; an address of numbers is none.
  package let host: String
  /// The one that was written, or 443.
  package let port: Int
  /// `host` with the port, if one was written.
  package let authority: String
  /// As it was written: may be empty.
  package let path: String
  /// nil without a question mark.
  package let query: String?

  /// `HOST/PATH`, with the port if one was written: how IAM names an issuer.
  package var name: String { authority + path }

  package static let scheme = "https://"

  /// - Returns: nil unless `text` is such a URL of at most 2048 bytes.
  package init?(_ text: String) {
    guard text.utf8.count <= 2048, text.hasPrefix(Self.scheme), text.utf8.allSatisfy(Self.isPlain) else { return nil }
    let rest = text.dropFirst(Self.scheme.count)
    let isEnd = { (byte: UInt8) in byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") }
    let end = rest.utf8.firstIndex(where: isEnd) ?? rest.endIndex
    let parts = rest[..<end].fields(separatedBy: ":", maxSplits: 1).map(String.init)
    guard Self.isName(parts[0]), let port = parts.count == 1 ? 443 : Self.port(parts[1]) else { return nil }
    let target = rest[end...].fields(separatedBy: "?", maxSplits: 1).map(String.init)
    description = text
    host = parts[0]
    self.port = port
    authority = String(rest[..<end])
    path = target[0]
    query = target.count == 2 ? target[1] : nil
  }

  /// Printable, and nothing that any reader of URLs takes for something else than a character.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !"#@\"<>\\^`{|}".utf8.contains(byte)
  }

  private static func port(_ text: String) -> Int? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(text), (1...65_535).contains(port),
      text.utf8.first != UInt8(ascii: "0")
    else { return nil }
    return port
  }

  /// Labels of letters, digits and hyphens (RFC 1123 section 2.1), the last of which does not begin as numbers do.
  private static func isName(_ text: String) -> Bool {
    let labels = text.fields(separatedBy: ".")
    guard text.utf8.count <= 253, let first = labels.last?.utf8.first, !(0x30...0x39).contains(first) else {
      return false
    }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
        && label.utf8.last != UInt8(ascii: "-") && label.utf8.allSatisfy(isNameCharacter)
    }
  }

  private static func isNameCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
