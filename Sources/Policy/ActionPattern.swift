/// An action that a request asks for, `service:Name`, in the lower case in which actions are compared.
struct ActionName: Hashable, Sendable {
  let lowercased: String

  init(_ text: String) { lowercased = text.lowercased() }
}

/// An action of a policy, `service:Name` with `*` and `?`, compared without regard to case.
package struct ActionPattern: Hashable, Sendable {
  /// As it was written.
  package let text: String
  private let pattern: Wildcards

  init(_ text: String) {
    self.text = text
    pattern = Wildcards(text.lowercased())
  }

  func matches(_ action: ActionName) -> Bool { pattern.matches(action.lowercased) }
}
