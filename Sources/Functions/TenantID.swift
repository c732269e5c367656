/// Whom a function works for, in its caller's words: 1 to 256 of AWS's characters.
package struct TenantID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package static let lengths = 1...256
  /// The pattern of `TenantId` in AWS's model, for messages.
  package static let pattern = "[a-zA-Z0-9\\._:\\/=+\\-@ ]+"

  /// - Returns: nil unless `text` has that form.
  package init?(_ text: String) {
    guard Self.lengths.contains(text.utf8.count), Self.hasOnlyAllowed(text) else { return nil }
    description = text
  }

  /// Whether `text` fits the pattern, however long it is.
  package static func hasOnlyAllowed(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "._:/=+-@ ".utf8.contains(byte)
      }
  }
}
