import Core

/// How a condition compares, taken apart: `ForAllValues:StringNotLikeIfExists`.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
package struct ConditionOperator: Hashable, Sendable {
  /// As it was written.
  package let text: String
  let comparison: Comparison
  /// Whether it asks that nothing compares.
  let isNegated: Bool
  /// Whether a key that the request does not have is as good as one that compares.
  let acceptsMissingKey: Bool
  /// How the values of a multivalued key are taken together.
  let set: SetOperator?

  enum SetOperator: String, Hashable, Sendable {
    case forAllValues
    case forAnyValue
  }

  enum Comparison: Hashable, Sendable {
    case stringEquals
    case stringEqualsIgnoringCase
    case stringLike
    case number(Order)
    case date(Order)
    case bool
    case binary
    case address
    case arn
    /// Whether the request has the key.
    case null

    /// Whether its values may hold variables.
    var takesVariables: Bool {
      switch self {
      case .stringEquals, .stringEqualsIgnoringCase, .stringLike, .arn: true
      case .number, .date, .bool, .binary, .address, .null: false
      }
    }
  }

  enum Order: Hashable, Sendable {
    case equal
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual

    func holds<Value: Comparable>(_ value: Value, _ limit: Value) -> Bool {
      switch self {
      case .equal: value == limit
      case .less: value < limit
      case .lessOrEqual: value <= limit
      case .greater: value > limit
      case .greaterOrEqual: value >= limit
      }
    }
  }

  /// - Returns: nil when there is no such operator. Names are compared without regard to case.
  package init?(_ text: String) {
    self.text = text
    var name = text.lowercased()
    let fields = name.fields(separatedBy: ":")
    switch (fields.count, fields[0]) {
    case (1, _): set = nil
    case (2, "forallvalues"): set = .forAllValues
    case (2, "foranyvalue"): set = .forAnyValue
    default: return nil
    }
    name = String(fields[fields.count - 1])
    acceptsMissingKey = name.hasSuffix("ifexists")
    if acceptsMissingKey { name.removeLast("ifexists".count) }
    guard let (comparison, isNegated) = Self.names[name], !(comparison == .null && acceptsMissingKey) else {
      return nil
    }
    self.comparison = comparison
    self.isNegated = isNegated
  }

  private static let names: [String: (Comparison, isNegated: Bool)] = [
    "stringequals": (.stringEquals, false),
    "stringnotequals": (.stringEquals, true),
    "stringequalsignorecase": (.stringEqualsIgnoringCase, false),
    "stringnotequalsignorecase": (.stringEqualsIgnoringCase, true),
    "stringlike": (.stringLike, false),
    "stringnotlike": (.stringLike, true),
    "numericequals": (.number(.equal), false),
    "numericnotequals": (.number(.equal), true),
    "numericlessthan": (.number(.less), false),
    "numericlessthanequals": (.number(.lessOrEqual), false),
    "numericgreaterthan": (.number(.greater), false),
    "numericgreaterthanequals": (.number(.greaterOrEqual), false),
    "dateequals": (.date(.equal), false),
    "datenotequals": (.date(.equal), true),
    "datelessthan": (.date(.less), false),
    "datelessthanequals": (.date(.lessOrEqual), false),
    "dategreaterthan": (.date(.greater), false),
    "dategreaterthanequals": (.date(.greaterOrEqual), false),
    "bool": (.bool, false),
    "binaryequals": (.binary, false),
    "ipaddress": (.address, false),
    "notipaddress": (.address, true),
    "arnequals": (.arn, false),
    "arnlike": (.arn, false),
    "arnnotequals": (.arn, true),
    "arnnotlike": (.arn, true),
    "null": (.null, false),
  ]
}
