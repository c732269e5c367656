/// Takes a filter pattern apart into its terms.
struct FilterPatternParser {
  struct Term: Hashable, Sendable {
    enum Kind: Hashable {
      case required
      case excluded
      case optional
    }

    let text: String
    let kind: Kind
  }

  private var rest: Substring.UnicodeScalarView

  init(_ source: String) { rest = source[...].unicodeScalars }

  mutating func terms() throws(FilterPatternError) -> [Term] {
    var terms: [Term] = []
    skipSpaces()
    while let first = rest.first {
      try Self.refuse(first)
      let kind: Term.Kind = first == "-" ? .excluded : first == "?" ? .optional : .required
      if kind != .required { rest.removeFirst() }
      terms.append(Term(text: try text(), kind: kind))
      skipSpaces()
    }
    return terms
  }

  private static func refuse(_ first: Unicode.Scalar) throws(FilterPatternError) {
    switch first {
    case "{": throw .unsupported(.json)
    case "[": throw .unsupported(.spaceDelimited)
    case "%": throw .unsupported(.regularExpression)
    default: break
    }
  }

  private mutating func text() throws(FilterPatternError) -> String {
    if rest.first == "\"" { return try quoted() }
    let term = rest.prefix { !Self.isSpace($0) }
    guard !term.isEmpty, term.allSatisfy(Self.isPlain) else { throw .badTerm(String(Substring(term))) }
    rest.removeFirst(term.count)
    return String(Substring(term))
  }

  /// A backslash takes the next character as it is.
  private mutating func quoted() throws(FilterPatternError) -> String {
    rest.removeFirst()
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"": return String(text)
      case "\\":
        guard let escaped = rest.popFirst() else { throw .unfinishedQuote }
        text.append(escaped)
      default: text.append(scalar)
      }
    }
    throw .unfinishedQuote
  }

  private mutating func skipSpaces() { rest = rest.drop(while: Self.isSpace) }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII || scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
      || ("0"..."9").contains(scalar)
  }
}
