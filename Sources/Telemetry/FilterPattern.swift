/// Which messages a search wants: those with every required term and none of the excluded ones, case and all. Where no
/// term is required, one of the optional ones must be there.
///
/// The unstructured patterns of CloudWatch Logs. A term is found wherever it stands, also within a word.
package struct FilterPattern: Hashable, Sendable {
  /// As it was written.
  package let source: String
  private let required: [[UInt8]]
  private let excluded: [[UInt8]]
  private let optional: [[UInt8]]

  /// The longest pattern, in characters.
  package static let longest = 1024
  /// Matches every message.
  package static let everything = FilterPattern(source: "", terms: [])

  /// - Throws: `FilterPatternError` for a pattern of a kind that is not supported, or out of form.
  package init(_ source: String) throws(FilterPatternError) {
    guard source.unicodeScalars.count <= Self.longest else { throw .tooLong }
    var parser = FilterPatternParser(source)
    self.init(source: source, terms: try parser.terms())
  }

  private init(source: String, terms: [FilterPatternParser.Term]) {
    self.source = source
    func texts(_ kind: FilterPatternParser.Term.Kind) -> [[UInt8]] {
      terms.filter { $0.kind == kind }.map { Array($0.text.utf8) }
    }
    (required, excluded, optional) = (texts(.required), texts(.excluded), texts(.optional))
  }

  /// Whether a message is wanted.
  package func matches(_ message: String) -> Bool {
    // By bytes: by characters, `e` would not be found before a combining accent.
    let isChosen = !required.isEmpty || optional.isEmpty || optional.contains { message.utf8.contains($0) }
    return isChosen && required.allSatisfy { message.utf8.contains($0) }
      && !excluded.contains { message.utf8.contains($0) }
  }
}
