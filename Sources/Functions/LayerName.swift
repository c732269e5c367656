/// The name of a layer: 1 to 140 letters, digits, hyphens and underscores.
package struct LayerName: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` has that form.
  package init?(_ text: some StringProtocol) {
    guard (1...140).contains(text.utf8.count), FunctionName.hasOnlyAllowed(text) else { return nil }
    description = String(text)
  }

  /// Stands where a request's name could not be read; no layer has it.
  package static let none = LayerName()

  private init() { description = "" }
}
