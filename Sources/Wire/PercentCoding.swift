import Core

/// Percent-encoding of URI parts (RFC 3986 section 2.1).
package enum PercentCoding {
  /// - Returns: nil for a `%` without two hexadecimal digits after it, or bytes that are not UTF-8.
  package static func decode(_ text: some StringProtocol) -> String? {
    guard text.utf8.contains(percent) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      guard byte == percent else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Every byte but letters, digits and `-._~` encoded (RFC 3986 section 2.3).
  package static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 { encode(byte, onto: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends one byte, as `encode` has it.
  package static func encode(_ byte: UInt8, onto bytes: inout [UInt8]) {
    if isUnreserved(byte) {
      bytes.append(byte)
    } else {
      bytes += [percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }

  /// The value of a hexadecimal digit in either case; nil for any other character.
  package static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Letters, digits and `-._~`.
  package static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static let percent = UInt8(ascii: "%")
}

/// The parameters of a query string, decoded, in order.
package struct QueryParameters: Sendable {
  package let items: [(name: String, value: String)]

  static let none = QueryParameters(items: [])

  private init(items: [(name: String, value: String)]) { self.items = items }

  /// - Returns: nil when a name or a value is not valid percent-encoding. `+` stands for itself, as botocore sends it.
  package init?(_ query: String) {
    var items: [(name: String, value: String)] = []
    guard !query.isEmpty else {
      self.items = items
      return
    }
    for part in query.fields(separatedBy: "&") where !part.isEmpty {
      let pair = part.fields(separatedBy: "=", maxSplits: 1)
      guard let name = PercentCoding.decode(pair[0]),
        let value = PercentCoding.decode(pair.count == 2 ? pair[1] : "")
      else { return nil }
      items.append((name, value))
    }
    self.items = items
  }

  /// The first value of that name.
  package subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }
}
