/// Why a filter pattern is refused.
package enum FilterPatternError: Error, Hashable, Sendable {
  /// A kind that CloudWatch Logs knows and Redoubt does not.
  case unsupported(Kind)
  /// A term without quotes may hold letters, digits and `_` only.
  case badTerm(String)
  case unfinishedQuote
  case tooLong

  package enum Kind: String, Hashable, Sendable {
    case json = "json pattern `{...}`"
    case spaceDelimited = "space-delimited pattern `[...]`"
    case regularExpression = "regular expression `%...%`"
  }
}
