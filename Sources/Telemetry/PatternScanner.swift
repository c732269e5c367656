/// Reads a filter pattern from its beginning to its end, a word at a time.
struct PatternScanner {
  /// How deep parentheses may lie within each other.
  static let deepest = 32

  private var rest: Substring.UnicodeScalarView

  init(_ source: String) { rest = source[...].unicodeScalars }

  var next: Unicode.Scalar? { rest.first }

  mutating func skipSpaces() { rest = rest.drop { $0.properties.isWhitespace } }

  /// Goes over `text`, and the spaces before it, if that comes next.
  mutating func take(_ text: String) -> Bool {
    skipSpaces()
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest.removeFirst(text.unicodeScalars.count)
    return true
  }

  mutating func require(_ text: String) throws(FilterPatternError) {
    if !take(text) { throw expected("`\(text)`") }
  }

  /// Goes over the longest run of such characters; empty when there is none.
  mutating func take(while isWanted: (Unicode.Scalar) -> Bool) -> String {
    let word = rest.prefix(while: isWanted)
    rest = rest[word.endIndex...]
    return String(Substring(word))
  }

  /// What is between quotes; a backslash takes the next character as it is.
  mutating func quoted(by quote: Unicode.Scalar = "\"") throws(FilterPatternError) -> String {
    try require(String(quote))
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case quote: return String(text)
      case "\\":
        guard let escaped = rest.popFirst() else { throw .unfinishedQuote }
        text.append(escaped)
      default: text.append(scalar)
      }
    }
    throw .unfinishedQuote
  }

  /// An error that shows where the reading stopped.
  func expected(_ wanted: String) -> FilterPatternError {
    .expected(wanted, found: String(Substring(rest.prefix(20))))
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
  }
}
