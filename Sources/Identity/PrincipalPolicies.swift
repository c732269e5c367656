import Core
package import Policy

/// The policies that hang on one principal, compiled.
package struct PrincipalPolicies: Sendable {
  package let set: PolicySet
  /// What the identity policies are called, in their order.
  package let names: [String]
  /// Those of the user or role.
  package let tags: [String: String]
  /// Whether any of them asks for a condition key, as a condition or as a variable.
  package let usesKeys: Bool

  package init(_ set: PolicySet, names: [String], tags: [String: String]) {
    self.set = set
    self.names = names
    self.tags = tags
    let documents = set.identity + (set.session ?? [])
    usesKeys = documents.contains(where: \.usesKeys) || set.boundary?.usesKeys ?? false
  }
}

extension Principal {
  /// Who this is for the evaluator.
  package var caller: Caller {
    switch kind {
    case .user, .userSession: Caller(.user(arn: arnText, uniqueID: uniqueID), account: account.description)
    case .federatedUser(let session):
      Caller(
        .federatedUser(arn: arnText, user: session.user.description, userID: session.userID),
        account: account.description)
    case .roleSession(let session):
      Caller(
        .roleSession(arn: arnText, role: session.role.description, roleID: session.roleID),
        account: account.description)
    }
  }
}
