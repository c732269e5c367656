import Core

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A value of a condition, read the way its operator needs it.
enum ConditionValue: Hashable, Sendable {
  /// Without variables.
  case text(String)
  case pattern(Wildcards)
  case template(Template)
  case arn(ARNPattern)
  case number(Decimal)
  /// Seconds since 1970.
  case date(Double)
  case flag(Bool)
  case bytes([UInt8])
  case addresses(AddressRange)
  /// Not of the operator's type: nothing compares with it.
  case unreadable

  init(_ text: String, for comparison: ConditionOperator.Comparison, _ version: PolicyDocument.Version) {
    let template = Template(text, comparison.takesVariables ? version : .v2008)
    let value: ConditionValue? =
      switch comparison {
      case .stringEquals: template.isFixed ? template.text(.none).map { .text($0) } : .template(template)
      case .stringEqualsIgnoringCase:
        template.isFixed ? template.text(.none).map { .text($0.lowercased()) } : .template(template)
      case .stringLike:
        template.isFixed ? template.tokens(.none).map { .pattern(Wildcards(tokens: $0)) } : .template(template)
      case .arn: .arn(ARNPattern(text, version))
      case .number: Self.number(text).map { .number($0) }
      case .date: PolicyDate.seconds(text).map { .date($0) }
      case .bool, .null: Self.flag(text).map { .flag($0) }
      case .binary: Self.bytes(text).map { .bytes($0) }
      case .address: AddressRange(text).map { .addresses($0) }
      }
    self = value ?? .unreadable
  }

  /// Whether a value of the request compares. One that is not of the operator's type does not.
  func compares(_ found: String, by comparison: ConditionOperator.Comparison, _ keys: ConditionKeys) -> Bool {
    switch (self, comparison) {
    case (.text(let wanted), .stringEqualsIgnoringCase): found.lowercased().isSame(as: wanted)
    case (.text(let wanted), _): found.isSame(as: wanted)
    case (.pattern(let pattern), _): pattern.matches(found)
    case (.template(let template), _): Self.compares(found, template, comparison, keys)
    case (.arn(let pattern), _): pattern.matches(found, keys)
    case (.number(let limit), .number(let order)): Self.number(found).map { order.holds($0, limit) } ?? false
    case (.date(let limit), .date(let order)): PolicyDate.seconds(found).map { order.holds($0, limit) } ?? false
    case (.flag(let wanted), _): Self.flag(found) == wanted
    case (.bytes(let wanted), _): Self.bytes(found) == wanted
    case (.addresses(let range), _): AddressRange(address: found).map(range.contains) ?? false
    case (.number, _), (.date, _), (.unreadable, _): false
    }
  }

  private static func compares(
    _ found: String, _ template: Template, _ comparison: ConditionOperator.Comparison, _ keys: ConditionKeys
  ) -> Bool {
    switch comparison {
    case .stringLike: template.tokens(keys).map { Wildcards(tokens: $0).matches(found) } ?? false
    case .stringEqualsIgnoringCase: template.text(keys)?.lowercased().isSame(as: found.lowercased()) ?? false
    default: template.text(keys)?.isSame(as: found) ?? false
    }
  }

  /// `-12` or `-12.5`: exact, as a binary number would not be.
  private static func number(_ text: String) -> Decimal? {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
    let parts = digits.fields(separatedBy: ".", maxSplits: 1)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
    return Decimal(string: text)
  }

  private static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }

  private static func bytes(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }
}
