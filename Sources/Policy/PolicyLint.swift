import Core

/// Looks for what is allowed by grammar and unwise nevertheless. Pure: the same document gives the same findings.
package struct PolicyLint: Sendable {
  /// Names of actions by service, in lower case, for the services of which all are known.
  private let knownActions: [String: Set<String>]

  /// - Parameter knownActions: all actions, `service:Name`, of the services that have any in it.
  package init(knownActions: some Sequence<String>) {
    var known: [String: Set<String>] = [:]
    for action in knownActions {
      let fields = action.lowercased().fields(separatedBy: ":", maxSplits: 1)
      guard fields.count == 2 else { continue }
      known[String(fields[0]), default: []].insert(String(fields[1]))
    }
    self.knownActions = known
  }

  /// In the order of the statements, those of the whole document last.
  package func findings(_ document: PolicyDocument) -> [LintFinding] {
    let ofStatements = document.statements.enumerated().flatMap { index, statement in
      StatementLint(statement: statement, knownActions: knownActions).findings.map { rule, message in
        LintFinding(rule: rule, statement: index, sid: statement.sid, message: message)
      }
    }
    return ofStatements + EscalationLint(document: document).findings
  }
}

/// One thing that a policy should not have.
package struct LintFinding: Hashable, Sendable {
  package let rule: LintRule
  /// From 0; nil for what several statements make together.
  package let statement: Int?
  package let sid: String?
  package let message: String
}

/// What is looked for.
package enum LintRule: String, CaseIterable, Sendable {
  case anyAction = "any-action"
  case anyActionOfService = "any-action-of-service"
  case anyResource = "any-resource"
  case allowAllBut = "allow-all-but"
  case notPrincipal = "not-principal"
  case publicAccess = "public-access"
  case unscopedService = "unscoped-service"
  case unscopedIdentity = "unscoped-identity"
  case unknownAction = "unknown-action"
  case unknownOperator = "unknown-operator"
  case setOperator = "set-operator"
  case spoofableKey = "spoofable-key"
  case escalation = "escalation"

  package enum Level: String, Sendable {
    case error
    case warning
  }

  package var level: Level {
    switch self {
    case .anyAction, .allowAllBut, .notPrincipal, .publicAccess, .unknownOperator, .escalation: .error
    case .anyActionOfService, .anyResource, .unscopedService, .unscopedIdentity, .unknownAction, .setOperator,
      .spoofableKey:
      .warning
    }
  }

  /// What is wrong with it, in one sentence.
  package var description: String {
    switch self {
    case .anyAction: "a statement allows every action"
    case .anyActionOfService: "a statement allows every action of a service, also those that are yet to come"
    case .anyResource: "a statement allows to change every resource"
    case .allowAllBut: "a statement allows all but what it lists, also what is yet to come"
    case .notPrincipal: "a statement is for all but those it lists: ArnNotEquals of aws:PrincipalArn says it safely"
    case .publicAccess: "a statement allows everyone, without a condition"
    case .unscopedService: "a service may act for anybody: aws:SourceArn or aws:SourceAccount says for whom"
    case .unscopedIdentity: "everybody whom the provider vouches for: a condition on its sub says who"
    case .unknownAction: "no action has that name"
    case .unknownOperator: "there is no such condition operator: a denial always applies, an allowance never"
    case .setOperator: "ForAllValues holds where the key is missing: Null with false asks for the key"
    case .spoofableKey: "clients choose the value of the key as they like"
    case .escalation: "whoever has these actions can give themselves more"
    }
  }
}
