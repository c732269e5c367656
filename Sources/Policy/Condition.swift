/// One key of a condition block with the operator over it.
package struct Condition: Hashable, Sendable {
  /// The operator as it was written.
  package let operatorName: String
  /// The key as it was written.
  package let key: String
  /// The values as they were written.
  package let values: [String]
  private let loweredKey: String
  fileprivate let test: Test?

  /// An operator with its values made ready for it.
  fileprivate struct Test: Hashable, Sendable {
    let how: ConditionOperator
    let values: [ConditionValue]
  }

  init(_ name: String, _ key: String, _ values: [String], _ version: PolicyDocument.Version) {
    operatorName = name
    self.key = key
    self.values = values
    loweredKey = key.lowercased()
    test = ConditionOperator(name).map { how in
      Test(how: how, values: values.map { ConditionValue($0, for: how.comparison, version) })
    }
  }

  /// Whether there is such an operator.
  package var isKnown: Bool { test != nil }

  var takesVariables: Bool { test?.how.comparison.takesVariables ?? false }

  /// Whether each value is one that its operator can read.
  package var isReadable: Bool { test?.values.allSatisfy { $0 != .unreadable } ?? false }

  /// Nil when it cannot be told, because there is no such operator.
  func holds(_ keys: ConditionKeys) -> Bool? {
    guard let test else { return nil }
    let found = keys.list(loweredKey)
    guard test.how.comparison != .null else { return test.values.contains(.flag(found.isEmpty)) }
    if found.isEmpty { return test.holdsForMissingKey }
    switch test.how.set {
    case .forAllValues?: return found.allSatisfy { test.holds(for: $0, keys) }
    case .forAnyValue?: return found.contains { test.holds(for: $0, keys) }
    // A list under an operator for one value: one that compares is enough, and enough for a negated operator to fail.
    case nil: return found.contains { test.compares($0, keys) } != test.how.isNegated
    }
  }
}

extension Condition.Test {
  fileprivate var holdsForMissingKey: Bool {
    switch how.set {
    case .forAllValues?: true
    case .forAnyValue?: false
    case nil: how.acceptsMissingKey || how.isNegated
    }
  }

  fileprivate func holds(for found: String, _ keys: ConditionKeys) -> Bool {
    compares(found, keys) != how.isNegated
  }

  /// Whether any of the values compares with that of the request, the operator's negation left aside.
  fileprivate func compares(_ found: String, _ keys: ConditionKeys) -> Bool {
    values.contains { $0.compares(found, by: how.comparison, keys) }
  }
}
