/// The name of a log group, for example `/aws/lambda/resize`: 1 to 512 letters, digits and `.-_/#`, all ASCII.
package struct LogGroupName: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` has the form of a log group's name.
  package init?(_ text: String) {
    guard (1...512).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
    description = text
  }

  /// True for names that no customer may choose on AWS.
  package var isReserved: Bool { description.lowercased().hasPrefix("aws/") }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: ".-_/#".utf8.contains(byte)
    }
  }
}
