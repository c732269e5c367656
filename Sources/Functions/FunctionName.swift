/// The name of a function: 1 to 64 letters, digits, hyphens and underscores.
package struct FunctionName: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// Characters of a name, at most.
  package static let longest = 64

  /// - Returns: nil unless `text` has that form.
  package init?(_ text: some StringProtocol) {
    guard (1...Self.longest).contains(text.utf8.count), Self.hasOnlyAllowed(text) else { return nil }
    description = String(text)
  }

  /// Whether nothing but the length can keep `text` from being a name.
  package static func hasOnlyAllowed(_ text: some StringProtocol) -> Bool { text.utf8.allSatisfy(isAllowed) }

  /// Stands where a request's name could not be read; no function has it.
  package static let none = FunctionName()

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
