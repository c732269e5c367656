import JSON
import Wire

/// `$.users[0].id`, or `$.['a name']`: a place in a JSON object.
struct JSONSelector: Hashable {
  private enum Step: Hashable {
    case member(String)
    case element(Int)
  }

  private var steps: [Step] = []

  init(_ scanner: inout PatternScanner) throws(FilterPatternError) {
    try scanner.require("$")
    // No spaces within a selector.
    while let step = try Self.step(&scanner) { steps.append(step) }
    guard case .member? = steps.first else { throw scanner.expected("the name of a member, as in `$.name`") }
  }

  /// - Returns: nil when there is nothing at that place.
  func value(in event: JSONValue) -> JSONValue? {
    var value = event
    for step in steps {
      switch (step, value) {
      case (.member(let name), .object(let members)):
        guard let member = members[name] else { return nil }
        value = member
      case (.element(let index), .array(let elements)) where index < elements.count: value = elements[index]
      default: return nil
      }
    }
    return value
  }

  private static func step(_ scanner: inout PatternScanner) throws(FilterPatternError) -> Step? {
    switch scanner.next {
    case ".":
      try scanner.require(".")
      return scanner.next == "[" ? try bracketed(&scanner) : .member(try name(&scanner))
    case "[": return try bracketed(&scanner)
    default: return nil
    }
  }

  private static func name(_ scanner: inout PatternScanner) throws(FilterPatternError) -> String {
    let name = scanner.take { PatternScanner.isWord($0) || $0 == "-" }
    guard !name.isEmpty else { throw scanner.expected("the name of a member") }
    return name
  }

  private static func bracketed(_ scanner: inout PatternScanner) throws(FilterPatternError) -> Step {
    try scanner.require("[")
    let step = try inner(&scanner)
    try scanner.require("]")
    return step
  }

  private static func inner(_ scanner: inout PatternScanner) throws(FilterPatternError) -> Step {
    if let quote = scanner.next, quote == "'" || quote == "\"" { return .member(try scanner.quoted(by: quote)) }
    let before = scanner
    guard let index = Int(scanner.take { ("0"..."9").contains($0) }) else { throw before.expected("an index") }
    return .element(index)
  }
}
