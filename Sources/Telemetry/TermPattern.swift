/// Terms anywhere in a message, also within a word, case and all: every required one must be there and none of the
/// excluded ones. Where no term is required, one of the optional ones must be there.
struct TermPattern: Hashable {
  private var required: [[UInt8]] = []
  private var excluded: [[UInt8]] = []
  private var optional: [[UInt8]] = []

  /// Matches every message.
  init() {}

  /// Reads `a -"b c"` or `?a ?b` to the end.
  init(_ scanner: inout PatternScanner) throws(FilterPatternError) {
    while let first = scanner.next {
      switch first {
      case "-":
        try scanner.require("-")
        excluded.append(try Self.term(&scanner))
      case "?":
        try scanner.require("?")
        optional.append(try Self.term(&scanner))
      default: required.append(try Self.term(&scanner))
      }
      scanner.skipSpaces()
    }
  }

  func matches(_ message: String) -> Bool {
    // By bytes: by characters, `e` would not be found before a combining accent.
    let isChosen = !required.isEmpty || optional.isEmpty || optional.contains { message.utf8.contains($0) }
    return isChosen && required.allSatisfy { message.utf8.contains($0) }
      && !excluded.contains { message.utf8.contains($0) }
  }

  private static func term(_ scanner: inout PatternScanner) throws(FilterPatternError) -> [UInt8] {
    switch scanner.next {
    case "\"": return Array(try scanner.quoted().utf8)
    case "%": throw .regularExpression
    default: break
    }
    let term = scanner.take { !$0.properties.isWhitespace }
    guard !term.isEmpty, term.unicodeScalars.allSatisfy({ !$0.isASCII || PatternScanner.isWord($0) }) else {
      throw .badTerm(term)
    }
    return Array(term.utf8)
  }
}
