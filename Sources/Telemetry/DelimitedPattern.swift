/// `[ip, user, ..., status = 4*, bytes > 1000]`: a name for each field of a message, conditions perhaps, and once `...`
/// for any number of fields.
struct DelimitedPattern: Hashable {
  /// Nil where any value will do.
  private typealias Field = FilterCondition<FilterComparison>?

  private var leading: [Field] = []
  /// Behind `...`; nil when there is none and the number of fields is fixed.
  private var trailing: [Field]?

  /// Reads the pattern to its end.
  init(_ scanner: inout PatternScanner) throws(FilterPatternError) {
    try scanner.require("[")
    repeat {
      if scanner.take("...") {
        if trailing != nil { throw scanner.expected("no second `...`") }
        trailing = []
      } else if trailing == nil {
        leading.append(try Self.field(&scanner))
      } else {
        trailing?.append(try Self.field(&scanner))
      }
    } while scanner.take(",")
    try scanner.require("]")
    scanner.skipSpaces()
    if scanner.next != nil { throw scanner.expected("nothing behind the pattern") }
  }

  func matches(_ message: String) -> Bool {
    let fields = DelimitedFields(message).fields
    let named = leading.count + (trailing?.count ?? 0)
    guard trailing == nil ? fields.count == named : fields.count >= named else { return false }
    return Self.fit(leading, fields.prefix(leading.count))
      && Self.fit(trailing ?? [], fields.suffix(named - leading.count))
  }

  private static func fit(_ wanted: [Field], _ fields: ArraySlice<Substring>) -> Bool {
    zip(wanted, fields).allSatisfy { wanted, field in
      guard let wanted else { return true }
      let number = FilterNumber(field)
      return wanted.holds { $0.holds(field, number) }
    }
  }

  private static func field(_ scanner: inout PatternScanner) throws(FilterPatternError) -> Field {
    scanner.skipSpaces()
    var ahead = scanner
    // A field may go without a name too.
    _ = ahead.take(while: isName)
    ahead.skipSpaces()
    guard ahead.next == "," || ahead.next == "]" else { return try condition(&scanner) }
    scanner = ahead
    return nil
  }

  /// All tests of a field must name that field.
  private static func condition(
    _ scanner: inout PatternScanner
  ) throws(FilterPatternError) -> FilterCondition<FilterComparison> {
    var first: String?
    return try scanner.condition { scanner throws(FilterPatternError) in
      let before = scanner
      scanner.skipSpaces()
      let name = scanner.take(while: isName)
      guard !name.isEmpty, name == first ?? name else {
        throw before.expected(first.map { "`\($0)`" } ?? "the name of a field")
      }
      first = name
      return try FilterComparison(&scanner)
    }
  }

  private static func isName(_ scalar: Unicode.Scalar) -> Bool { PatternScanner.isWord(scalar) || scalar == "-" }
}
