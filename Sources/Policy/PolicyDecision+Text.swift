extension PolicyDecision {
  /// Why, in the words of AWS's denials; of an allowance which policies gave it. Without the statements.
  ///
  /// - Parameter action: as the request names it.
  package func reason(for action: String) -> String {
    switch outcome {
    case .allow(let grant): grant.text
    case .explicitDeny: "with an explicit deny in \(statements.first?.source.article ?? "a policy")"
    case .implicitDeny(.neverAllowed): "because no policy can allow the \(action) action here"
    case .implicitDeny(let gap): "because no \(gap.text) allows the \(action) action"
    }
  }
}

extension PolicyDecision.Grant {
  fileprivate var text: String {
    switch self {
    case .identityPolicy: "an identity-based policy allows it"
    case .resourcePolicy: "a resource-based policy allows it"
    case .bothAccounts: "the policies of both accounts allow it"
    case .root: "the caller is the account's root user"
    case .noPermissionNeeded: "it needs no permission"
    }
  }
}

extension PolicyDecision.Gap {
  fileprivate var text: String {
    switch self {
    case .identityPolicy: "identity-based policy"
    case .resourcePolicy: "resource-based policy"
    case .permissionsBoundary: "permissions boundary"
    case .sessionPolicy: "session policy"
    case .accountGuardrail: "service control policy"
    case .neverAllowed: "policy"
    }
  }
}

extension StatementSource {
  /// The kind of policy with its article, in AWS's words.
  package var article: String {
    switch self {
    case .identity: "an identity-based policy"
    case .resource: "a resource-based policy"
    case .permissionsBoundary: "a permissions boundary"
    case .session: "a session policy"
    case .accountGuardrail: "a service control policy"
    case .resourceGuardrail: "a resource control policy"
    }
  }
}

extension StatementReference {
  /// Where it stands, counted from 1, with its Sid in backticks if it has one.
  package var text: String {
    let level =
      switch source {
      case .accountGuardrail(let level), .resourceGuardrail(let level): ", level \(level + 1)"
      case .identity, .resource, .permissionsBoundary, .session: ""
      }
    let name = sid.map { " `\($0)`" } ?? ""
    return "statement \(statement + 1)\(name) of \(source.article) (policy \(policy + 1)\(level))"
  }
}
