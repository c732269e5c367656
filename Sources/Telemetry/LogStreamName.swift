/// The name of a log stream: 1 to 512 characters without `:`, `*` and NUL.
package struct LogStreamName: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` has the form of a log stream's name.
  package init?(_ text: String) {
    // AWS's pattern lets NUL pass; no database keeps it.
    let isName = text.unicodeScalars.allSatisfy { $0 != ":" && $0 != "*" && $0 != "\0" }
    guard isName, (1...512).contains(text.unicodeScalars.count) else { return nil }
    description = text
  }
}
