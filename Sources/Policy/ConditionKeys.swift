/// What a request says of itself: values by the name of their condition key, which is compared without regard to case.
package struct ConditionKeys: Hashable, Sendable {
  /// One value, or the list of a multivalued key.
  package enum Value: Hashable, Sendable {
    case single(String)
    case list([String])
  }

  private var values: [Name: Value] = [:]

  /// In lower case, compared by its bytes.
  private struct Name: Hashable {
    let text: String

    static func == (left: Name, right: Name) -> Bool { left.text.isSame(as: right.text) }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  package init() {}

  static let none = ConditionKeys()

  package var isEmpty: Bool { values.isEmpty }

  package subscript(_ name: String) -> Value? {
    get { values[Name(text: name.lowercased())] }
    set { values[Name(text: name.lowercased())] = newValue }
  }

  /// All keys, in lower case.
  package var all: [(name: String, value: Value)] { values.map { ($0.key.text, $0.value) } }

  /// The values of the key; empty when the request does not have it.
  ///
  /// - Parameter name: in lower case.
  func list(_ name: String) -> [String] {
    switch values[Name(text: name)] {
    case .single(let value)?: [value]
    case .list(let values)?: values
    case nil: []
    }
  }

  /// What a variable of that name stands for. A multivalued key stands for nothing.
  ///
  /// - Parameter name: in lower case.
  func variable(_ name: String) -> String? {
    guard case .single(let value)? = values[Name(text: name)] else { return nil }
    return value
  }
}
