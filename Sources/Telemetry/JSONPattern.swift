import JSON
import Wire

/// `{ $.level = "ERROR" && $.latency > 100 }`: conditions on a message that is one JSON object. No other message matches.
struct JSONPattern: Hashable {
  fileprivate struct Test: Hashable {
    enum Kind: Hashable {
      case comparison(FilterComparison)
      /// IS NULL, IS TRUE or IS FALSE.
      case literal(JSONValue)
      case absent
    }

    let selector: JSONSelector
    let kind: Kind
  }

  private let condition: FilterCondition<Test>

  /// Reads the pattern to its end.
  init(_ scanner: inout PatternScanner) throws(FilterPatternError) {
    try scanner.require("{")
    condition = try scanner.condition(Self.test)
    try scanner.require("}")
    scanner.skipSpaces()
    if scanner.next != nil { throw scanner.expected("nothing behind the pattern") }
  }

  func matches(_ message: String) -> Bool {
    guard message.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let event = JSONValue(parsing: message.utf8)
    else { return false }
    return condition.holds { $0.holds(event) }
  }

  private static func test(_ scanner: inout PatternScanner) throws(FilterPatternError) -> Test {
    let selector = try JSONSelector(&scanner)
    if scanner.take("IS") { return Test(selector: selector, kind: .literal(try literal(&scanner))) }
    if scanner.take("NOT") {
      try scanner.require("EXISTS")
      return Test(selector: selector, kind: .absent)
    }
    return Test(selector: selector, kind: .comparison(try FilterComparison(&scanner)))
  }

  private static func literal(_ scanner: inout PatternScanner) throws(FilterPatternError) -> JSONValue {
    if scanner.take("NULL") { return .null }
    if scanner.take("TRUE") { return true }
    if scanner.take("FALSE") { return false }
    throw scanner.expected("NULL, TRUE or FALSE")
  }
}

extension JSONPattern.Test {
  fileprivate func holds(_ event: JSONValue) -> Bool {
    let value = selector.value(in: event)
    return switch kind {
    case .absent: value == nil
    case .literal(let literal): value == literal
    case .comparison(let comparison): value.map { Self.holds(comparison, $0) } ?? false
    }
  }

  /// A value that is missing, null, an array or an object fits no comparison, not even `!=`.
  private static func holds(_ comparison: FilterComparison, _ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): comparison.holds(text[...], nil)
    case .integer(let number): comparison.holds("\(number)", FilterNumber(number))
    case .number(let number): comparison.holds("\(number)", FilterNumber(number))
    case .bool(let flag): comparison.holds(flag ? "true" : "false", nil)
    case .null, .array, .object: false
    }
  }
}
