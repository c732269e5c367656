import Core

/// Decides a question by all policies that apply to it. Pure: the same question and policies give the same decision.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
package enum PolicyEvaluator {
  /// A denial anywhere wins; without an allowance in each of the places that have to allow, the answer is no.
  package static func decide(_ question: PolicyQuestion, by policies: PolicySet) -> PolicyDecision {
    if question.needsNoPermission { return PolicyDecision(outcome: .allow(.noPermissionNeeded), statements: []) }
    let findings = Findings(question, policies)
    guard findings.denials.isEmpty else {
      return PolicyDecision(outcome: .explicitDeny, statements: findings.denials)
    }
    if question.isNeverAllowed { return .refused(.neverAllowed) }
    guard findings.accountGuardrails else { return .refused(.accountGuardrail) }
    return question.isWithinAccount ? findings.withinAccount() : findings.betweenAccounts()
  }
}

extension PolicyDecision {
  fileprivate static func refused(_ gap: Gap) -> PolicyDecision {
    PolicyDecision(outcome: .implicitDeny(gap), statements: [])
  }
}

extension PolicyQuestion {
  /// Whoever is known may ask who they are, and users may ask for a session of their own; policies do not count.
  fileprivate var needsNoPermission: Bool {
    switch (actionName.lowercased, caller.kind) {
    case (_, .anonymous): false
    case ("sts:getcalleridentity", _), ("sts:getsessiontoken", .user), ("sts:getsessiontoken", .root): true
    default: false
    }
  }

  /// Roles do not pass from one account to another, and the account itself assumes none.
  fileprivate var isNeverAllowed: Bool {
    switch (actionName.lowercased, caller.kind) {
    case ("iam:passrole", _): !isWithinAccount
    case ("sts:assumerole", .root): true
    default: false
    }
  }

  fileprivate var isWithinAccount: Bool { caller.account == resourceAccount }

  /// Whether the resource's own policy has to allow it: trust policies of roles and policies of keys are the root of
  /// who may use them.
  fileprivate var needsResourcePolicy: Bool {
    let action = actionName.lowercased
    guard action.hasPrefix("sts:") || action.hasPrefix("kms:") else { return false }
    let fields = resource.fields(separatedBy: ":", maxSplits: 5)
    guard fields.count == 6 else { return false }
    let isRole = fields[2] == "iam" && fields[5].hasPrefix("role/") && action.hasPrefix("sts:")
    let isKey = fields[2] == "kms" && fields[5].hasPrefix("key/") && action.hasPrefix("kms:")
    return isRole || isKey
  }
}

/// What each kind of policy says of one question.
private struct Findings {
  let question: PolicyQuestion
  private(set) var denials: [StatementReference] = []
  /// Allowances of the caller's own policies.
  private var identity: [StatementReference] = []
  private var resource: [(match: PrincipalMatch, statement: StatementReference)] = []
  /// Nil where there is none.
  private var boundary: [StatementReference]?
  private var session: [StatementReference]?
  /// Whether each level of the guardrails of the caller's account allows it.
  private(set) var accountGuardrails = true

  init(_ question: PolicyQuestion, _ policies: PolicySet) {
    self.question = question
    if question.caller.hasIdentityPolicies {
      identity = look(at: policies.identity, .identity)
      boundary = policies.boundary.map { look(at: [$0], .permissionsBoundary) }
      session = policies.session.map { look(at: $0, .session) }
      // A federated session has no permission of its own beyond what it was given.
      if case .federatedUser = question.caller.kind, session == nil { session = [] }
    }
    if let policy = policies.resource { lookAtResource(policy) }
    guard !question.caller.isServiceLinked else { return }
    for (level, policies) in policies.resourceGuardrails.enumerated() {
      _ = look(at: policies, .resourceGuardrail(level: level))
    }
    guard question.caller.accountIdentity != nil else { return }
    for (level, policies) in policies.accountGuardrails.enumerated()
    where look(at: policies, .accountGuardrail(level: level)).isEmpty {
      accountGuardrails = false
    }
  }

  /// Keeps what denies and returns what allows.
  private mutating func look(at policies: [PolicyDocument], _ source: StatementSource) -> [StatementReference] {
    var allowances: [StatementReference] = []
    for (policy, document) in policies.enumerated() {
      for (index, statement) in document.statements.enumerated() where concernsCaller(statement) && applies(statement) {
        let reference = StatementReference(source: source, policy: policy, statement: index, sid: statement.sid)
        switch statement.effect {
        case .allow: allowances.append(reference)
        case .deny: denials.append(reference)
        }
      }
    }
    return allowances
  }

  private mutating func lookAtResource(_ policy: PolicyDocument) {
    for (index, statement) in policy.statements.enumerated() {
      // Without a principal nobody is meant: that allows nobody, and denies everybody.
      let silent = statement.effect == .deny ? PrincipalMatch.caller : nil
      let match = statement.principals.map { $0.match(question.caller, statement.effect) } ?? silent
      guard let match, applies(statement) else { continue }
      let reference = StatementReference(source: .resource, policy: 0, statement: index, sid: statement.sid)
      switch statement.effect {
      case .allow: resource.append((match, reference))
      case .deny: denials.append(reference)
      }
    }
  }

  /// Policies of identities name no principal; guardrails of resources do. Both name resources: one that does not
  /// denies everything that it denies, and allows nothing.
  private func concernsCaller(_ statement: Statement) -> Bool {
    if let principals = statement.principals, principals.match(question.caller, statement.effect) == nil {
      return false
    }
    return statement.resources != nil || statement.effect == .deny
  }

  /// What cannot be told counts as true in a denial and as false in an allowance.
  private func applies(_ statement: Statement) -> Bool {
    guard statement.actions.matches(question.actionName) else { return false }
    let isUnsure = statement.effect == .deny
    if let resources = statement.resources {
      guard resources.matches(question.resource, question.keys) ?? isUnsure else { return false }
    }
    return statement.conditions.allSatisfy { $0.holds(question.keys) ?? isUnsure }
  }
}

extension Findings {
  func withinAccount() -> PolicyDecision {
    let grants = { (match: PrincipalMatch) in resource.filter { $0.match == match }.map(\.statement) }
    // Named as themselves: nothing that is silent stands in the way.
    if let direct = nonEmpty(grants(.caller)) { return allowed(.resourcePolicy, direct) }
    if let parent = nonEmpty(grants(.parent)) { return narrowed(.resourcePolicy, parent) }
    let delegated = grants(.account)
    if question.needsResourcePolicy, delegated.isEmpty { return .refused(.resourcePolicy) }
    if case .root = question.caller.kind { return allowed(.root, delegated) }
    guard question.caller.hasIdentityPolicies else { return .refused(.resourcePolicy) }
    guard let own = nonEmpty(identity) else { return .refused(.identityPolicy) }
    return narrowed(.identityPolicy, own + delegated)
  }

  /// Both accounts decide, each by its own policies.
  func betweenAccounts() -> PolicyDecision {
    let granted = resource.map(\.statement)
    let isGranted = !granted.isEmpty
    switch question.caller.kind {
    case .service, .webIdentity, .anonymous:
      return isGranted ? allowed(.resourcePolicy, granted) : .refused(.resourcePolicy)
    case .root: return isGranted ? allowed(.bothAccounts, granted) : .refused(.resourcePolicy)
    case .user, .roleSession, .federatedUser:
      guard let own = nonEmpty(identity) else { return .refused(.identityPolicy) }
      let decision = narrowed(.bothAccounts, own + granted)
      // The caller's side comes first, so that what it lacks tells nothing of the other account.
      return decision.isAllowed && !isGranted ? .refused(.resourcePolicy) : decision
    }
  }

  /// Allowed if the boundary and the session's policies, where there are any, allow it too.
  private func narrowed(_ grant: PolicyDecision.Grant, _ statements: [StatementReference]) -> PolicyDecision {
    if let boundary, boundary.isEmpty { return .refused(.permissionsBoundary) }
    if let session, session.isEmpty { return .refused(.sessionPolicy) }
    return allowed(grant, statements + (boundary ?? []) + (session ?? []))
  }

  private func allowed(_ grant: PolicyDecision.Grant, _ statements: [StatementReference]) -> PolicyDecision {
    PolicyDecision(outcome: .allow(grant), statements: statements)
  }

  private func nonEmpty(_ statements: [StatementReference]) -> [StatementReference]? {
    statements.isEmpty ? nil : statements
  }
}
