/// `= 4*`, `!= "a b"` or `> 1000`: what a value is compared with.
struct FilterComparison: Hashable {
  private enum Relation: String, CaseIterable {
    // Longer ones first: the first that fits is taken.
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case notEqual = "!="
    case less = "<"
    case greater = ">"
    case equal = "="
  }

  private let relation: Relation
  private let text: WildcardText
  private let number: FilterNumber?

  /// Reads the relation and the operand.
  init(_ scanner: inout PatternScanner) throws(FilterPatternError) {
    guard let relation = Relation.allCases.first(where: { scanner.take($0.rawValue) }) else {
      throw scanner.expected("one of = != < > <= >=")
    }
    self.relation = relation
    scanner.skipSpaces()
    let before = scanner
    let operand = try Self.operand(&scanner)
    text = WildcardText(operand)
    number = FilterNumber(operand)
    if number == nil, relation != .equal, relation != .notEqual { throw before.expected("a number") }
  }

  /// - Parameters:
  ///   - text: the value as text.
  ///   - number: the value if it is a number.
  func holds(_ text: Substring, _ number: FilterNumber?) -> Bool {
    switch relation {
    case .equal: isEqual(text, number)
    case .notEqual: !isEqual(text, number)
    case .less: isOrdered(number) { $0 < $1 }
    case .greater: isOrdered(number) { $1 < $0 }
    case .lessOrEqual: isOrdered(number) { $0 < $1 || $0 == $1 }
    case .greaterOrEqual: isOrdered(number) { $1 < $0 || $0 == $1 }
    }
  }

  private func isEqual(_ text: Substring, _ number: FilterNumber?) -> Bool {
    if let number, let wanted = self.number { return number == wanted }
    return self.text.matches(text)
  }

  private func isOrdered(_ number: FilterNumber?, _ order: (FilterNumber, FilterNumber) -> Bool) -> Bool {
    guard let number, let wanted = self.number else { return false }
    return order(number, wanted)
  }

  private static func operand(_ scanner: inout PatternScanner) throws(FilterPatternError) -> String {
    switch scanner.next {
    case "\"": return try scanner.quoted()
    case "%": throw .regularExpression
    default: break
    }
    let word = scanner.take { PatternScanner.isWord($0) || "*-+./:".unicodeScalars.contains($0) }
    guard !word.isEmpty else { throw scanner.expected("a value, in quotes unless it is a number or a plain word") }
    return word
  }
}
