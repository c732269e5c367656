/// What a request says of itself: values by the name of their condition key, which is compared without regard to case.
package struct ConditionKeys: Hashable, Sendable {
  /// One value, or the list of a multivalued key.
  package enum Value: Hashable, Sendable {
    case single(String)
    case list([String])
  }

  private var values: [String: Value] = [:]

  package init() {}

  static let none = ConditionKeys()

  package subscript(_ name: String) -> Value? {
    get { values[name.lowercased()] }
    set { values[name.lowercased()] = newValue }
  }

  /// All keys, in lower case.
  package var all: [(name: String, value: Value)] { values.map { ($0.key, $0.value) } }

  /// The values of the key; empty when the request does not have it.
  ///
  /// - Parameter name: in lower case.
  func list(_ name: String) -> [String] {
    switch values[name] {
    case .single(let value)?: [value]
    case .list(let values)?: values
    case nil: []
    }
  }

  /// What a variable of that name stands for. A multivalued key stands for nothing.
  ///
  /// - Parameter name: in lower case.
  func variable(_ name: String) -> String? {
    guard case .single(let value)? = values[name] else { return nil }
    return value
  }
}
