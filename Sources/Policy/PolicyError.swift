/// Why a text is no policy, in AWS's words for `MalformedPolicyDocument`.
package struct PolicyError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// Not JSON, or not the grammar of policies.
    case syntax
    /// A member that this kind of policy needs is missing or empty.
    case missing
    /// A member that this kind of policy must not have.
    case prohibited
    /// A member is there and its value is not one that may be saved.
    case invalid
  }

  package let code: Code
  /// The sentence that callers see.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static let syntax = PolicyError(.syntax, "Syntax errors in policy.")
  /// What AWS says of values that its older parser refuses.
  static let legacy = PolicyError(.invalid, "The policy failed legacy parsing")
}
