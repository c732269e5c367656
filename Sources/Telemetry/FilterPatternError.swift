/// Why a filter pattern is refused.
package enum FilterPatternError: Error, Hashable, Sendable, CustomStringConvertible {
  /// CloudWatch Logs knows them and Redoubt does not.
  case regularExpression
  /// A term without quotes may hold letters, digits and `_` only.
  case badTerm(String)
  case unfinishedQuote
  case tooLong
  /// Something else stands where this belongs; an empty `found` is the end.
  case expected(String, found: String)
  /// Parentheses within parentheses.
  case tooDeep

  package var description: String {
    switch self {
    case .regularExpression:
      "not supported by this version of Redoubt in a filterPattern: regular expression `%...%`"
    case .badTerm(let term): "invalid character(s) in term '\(term)'"
    case .unfinishedQuote: "unterminated quoted string in the filterPattern"
    case .tooLong: "the filterPattern is longer than \(FilterPattern.longest) characters"
    case .expected(let wanted, let found):
      "invalid filterPattern: expected \(wanted) " + (found.isEmpty ? "before its end" : "at `\(found)`")
    case .tooDeep: "the filterPattern has more than \(PatternScanner.deepest) parentheses within each other"
    }
  }
}
