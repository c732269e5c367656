/// An AWS account: exactly twelve decimal digits.
package struct AccountID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` is twelve ASCII digits.
  package init?(_ text: String) {
    guard text.utf8.count == 12, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    description = text
  }

  /// The twelve digits read as one number.
  package var number: UInt64 {
    description.utf8.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
  }
}
