/// Which messages a search wants: the filter patterns of CloudWatch Logs, without regular expressions.
///
/// The first character tells the kind: `{` begins conditions on a JSON object, `[` those on fields with spaces between
/// them, anything else terms.
package struct FilterPattern: Hashable, Sendable {
  /// As it was written.
  package let source: String
  private let form: Form

  private enum Form: Hashable {
    case terms(TermPattern)
    case json(JSONPattern)
    case delimited(DelimitedPattern)
  }

  /// The longest pattern, in characters.
  package static let longest = 1024
  /// Matches every message.
  package static let everything = FilterPattern(source: "", form: .terms(TermPattern()))

  /// - Throws: `FilterPatternError` for a pattern of a kind that is not supported, or out of form.
  package init(_ source: String) throws(FilterPatternError) {
    guard source.unicodeScalars.count <= Self.longest else { throw .tooLong }
    var scanner = PatternScanner(source)
    scanner.skipSpaces()
    self.init(source: source, form: try Self.form(&scanner))
  }

  private init(source: String, form: Form) { (self.source, self.form) = (source, form) }

  private static func form(_ scanner: inout PatternScanner) throws(FilterPatternError) -> Form {
    switch scanner.next {
    case "{": .json(try JSONPattern(&scanner))
    case "[": .delimited(try DelimitedPattern(&scanner))
    default: .terms(try TermPattern(&scanner))
    }
  }

  /// Whether a message is wanted. The work is proportional to the message's length for each condition of the pattern.
  package func matches(_ message: String) -> Bool {
    switch form {
    case .terms(let pattern): pattern.matches(message)
    case .json(let pattern): pattern.matches(message)
    case .delimited(let pattern): pattern.matches(message)
    }
  }
}
