/// The name of a layer: 1 to 140 letters, digits, hyphens and underscores.
package struct LayerName: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` has that form.
  package init?(_ text: some StringProtocol) {
    guard (1...140).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
    description = String(text)
  }

  /// Stands where a request's name could not be read; no layer has it.
  package static let none = LayerName()

  private init() { description = "" }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
