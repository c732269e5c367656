import Core
package import Policy

/// The policies that hang on one principal, compiled.
package struct PrincipalPolicies: Sendable {
  package let set: PolicySet
  /// Whether any of them asks for a condition key, as a condition or as a variable.
  package let usesKeys: Bool

  package init(_ set: PolicySet) {
    self.set = set
    usesKeys = set.identity.contains(where: \.usesKeys) || set.boundary?.usesKeys ?? false
  }
}

extension Principal {
  /// Who this is for the evaluator.
  package var caller: Caller {
    switch kind {
    case .user: Caller(.user(arn: arn.description, uniqueID: uniqueID), account: account.description)
    }
  }
}
