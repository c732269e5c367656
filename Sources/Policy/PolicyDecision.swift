/// The policies that say what a request may do, as they hang on those whom it concerns.
package struct PolicySet: Hashable, Sendable {
  /// Those of the user, with the groups, or of the role.
  package var identity: [PolicyDocument]
  /// That of the resource; a role's trust policy and a key's policy are that too.
  package var resource: PolicyDocument?
  /// The permissions boundary of the user or role.
  package var boundary: PolicyDocument?
  /// What the session was narrowed to when it was made; nil when nothing was said, which is not the same as nothing.
  package var session: [PolicyDocument]?
  /// Guardrails of the caller's account, by level from the root down. Empty without an organization.
  package var accountGuardrails: [[PolicyDocument]]
  /// Guardrails of the resource's account, by level from the root down. All levels allow what they do not deny.
  package var resourceGuardrails: [[PolicyDocument]]

  package init(
    identity: [PolicyDocument] = [], resource: PolicyDocument? = nil, boundary: PolicyDocument? = nil,
    session: [PolicyDocument]? = nil, accountGuardrails: [[PolicyDocument]] = [],
    resourceGuardrails: [[PolicyDocument]] = []
  ) {
    self.identity = identity
    self.resource = resource
    self.boundary = boundary
    self.session = session
    self.accountGuardrails = accountGuardrails
    self.resourceGuardrails = resourceGuardrails
  }
}

/// What is asked: whether the caller may do the action with the resource.
package struct PolicyQuestion: Hashable, Sendable {
  package let caller: Caller
  /// `service:Name`
  package let action: String
  /// An ARN, or `*` for actions that have no resource.
  package var resource: String
  /// The account that the resource belongs to.
  package let resourceAccount: String
  package var keys: ConditionKeys
  let actionName: ActionName

  package init(
    caller: Caller, action: String, resource: String, resourceAccount: String, keys: ConditionKeys = ConditionKeys()
  ) {
    self.caller = caller
    self.action = action
    self.resource = resource
    self.resourceAccount = resourceAccount
    self.keys = keys
    actionName = ActionName(action)
  }
}

/// What the policies say, and which of their statements said it.
package struct PolicyDecision: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    case allow(Grant)
    /// A statement denies it.
    case explicitDeny
    /// Nothing allows it at that place.
    case implicitDeny(Gap)
  }

  /// What allows it.
  package enum Grant: Hashable, Sendable {
    case identityPolicy
    case resourcePolicy
    /// The policies of both accounts.
    case bothAccounts
    /// The account's root user.
    case root
    /// No permission is needed, and none can be denied.
    case noPermissionNeeded
  }

  /// Where an allowance is missing.
  package enum Gap: Hashable, Sendable {
    case identityPolicy
    case resourcePolicy
    case permissionsBoundary
    case sessionPolicy
    case accountGuardrail
    /// Such a call is refused whatever policies say.
    case neverAllowed
  }

  package let outcome: Outcome
  /// The statements that decided: those that deny, or else those that allow.
  package let statements: [StatementReference]

  package var isAllowed: Bool {
    if case .allow = outcome { true } else { false }
  }

  /// As one of the two accounts between which it was made may see it.
  ///
  /// - Parameter isShown: whether that account may see statements of such policies.
  package func showing(_ isShown: (StatementSource) -> Bool) -> PolicyDecision {
    PolicyDecision(outcome: outcome, statements: statements.filter { isShown($0.source) })
  }
}

/// Where a statement stands.
package struct StatementReference: Hashable, Sendable {
  package let source: StatementSource
  /// The policy among those of its source, from 0.
  package let policy: Int
  /// The statement in its policy, from 0.
  package let statement: Int
  package let sid: String?
}

/// What kind of policy a statement is of.
package enum StatementSource: Hashable, Sendable {
  case identity
  case resource
  case permissionsBoundary
  case session
  /// - Parameter level: from the root, 0, down.
  case accountGuardrail(level: Int)
  case resourceGuardrail(level: Int)

  /// Whether such policies belong to the resource's account; all others belong to the caller's.
  package var isOfResource: Bool {
    switch self {
    case .resource, .resourceGuardrail: true
    case .identity, .permissionsBoundary, .session, .accountGuardrail: false
    }
  }
}
