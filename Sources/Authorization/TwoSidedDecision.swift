import Core
import Identity
import Policy
import Wire

/// A decision about a resource of another account. Each account sees its own side: what the other's policies say, and
/// whether the resource is there at all, is not the caller's to know.
struct TwoSidedDecision {
  private let question: PolicyQuestion
  private let decision: PolicyDecision
  private let policies: PolicySet
  private let own: PrincipalPolicies
  private let guardrails: (caller: GuardrailLevels, resource: GuardrailLevels)
  private let keys: RequestKeys
  private let owner: AccountID?
  /// The resource as the caller named it.
  private let named: String
  /// What the caller is told.
  private let shown: PolicyDecision
  private let callersKeys: ConditionKeys

  /// - Parameters:
  ///   - owner: the account of the resource; nil where no such account is in service.
  ///   - named: the resource as the caller named it.
  init(
    _ question: PolicyQuestion, _ decision: PolicyDecision, _ policies: PolicySet, _ own: PrincipalPolicies,
    _ guardrails: (caller: GuardrailLevels, resource: GuardrailLevels), keys: RequestKeys, owner: AccountID?,
    named: String
  ) {
    self.named = named
    self.question = question
    self.decision = decision
    self.policies = policies
    self.own = own
    self.guardrails = guardrails
    self.keys = keys
    self.owner = owner
    var hidden = keys
    hidden.hidesResource = true
    var callersKeys = hidden.keys
    // Where the name says another account than the resource is of, that one is not the caller's to know.
    if ARN(named)?.account != question.resourceAccount { callersKeys["aws:ResourceAccount"] = nil }
    self.callersKeys = callersKeys
    shown = decision.isAllowed ? decision.showing { !$0.isOfResource } : Self.denial(question, policies, callersKeys)
  }

  /// The denial that is to be had without anything on the side of the resource.
  private static func denial(
    _ question: PolicyQuestion, _ policies: PolicySet, _ keys: ConditionKeys
  ) -> PolicyDecision {
    var (question, policies) = (question, policies)
    question.keys = keys
    policies.resource = nil
    policies.resourceGuardrails = []
    return PolicyEvaluator.decide(question, by: policies)
  }

  /// What the caller's account may know.
  func ofCaller(_ time: WallTime) -> DecisionRecord {
    var asked = question
    asked.keys = callersKeys
    asked.resource = named
    return record(keys.request.account, asked, shown, time, callersPolicies)
  }

  /// What the account of the resource may know; nil where the decision was not made on its side.
  func ofOwner(_ time: WallTime) -> DecisionRecord? {
    guard isMadeByOwner, let owner else { return nil }
    return record(owner, ownersQuestion, decision.showing(\.isOfResource), time, ownersPolicies)
  }

  private var isMadeByOwner: Bool {
    switch decision.outcome {
    case .allow, .implicitDeny(.resourcePolicy): true
    case .explicitDeny: decision.statements.allSatisfy(\.source.isOfResource)
    case .implicitDeny: false
    }
  }

  /// The caller's account stands for the caller, whose name and properties are that account's own.
  private var ownersQuestion: PolicyQuestion {
    PolicyQuestion(
      caller: Caller(.root, account: question.caller.account), action: question.action, resource: question.resource,
      resourceAccount: question.resourceAccount, keys: keys.keys.withoutCaller)
  }

  private var callersPolicies: DecisionRecord.Policies {
    var side = policies
    side.resource = nil
    return DecisionRecord.Policies(own, side, (guardrails.caller, .none))
  }

  private var ownersPolicies: DecisionRecord.Policies {
    DecisionRecord.Policies(nil, policies, (.none, guardrails.resource))
  }

  private func record(
    _ account: AccountID, _ question: PolicyQuestion, _ decision: PolicyDecision, _ time: WallTime,
    _ policies: DecisionRecord.Policies
  ) -> DecisionRecord {
    DecisionRecord(
      requestID: keys.request.value.requestID, account: account, time: time, question: question,
      decision: decision, policies: policies)
  }
}

extension ConditionKeys {
  /// What is of the request, of the resource and of the account, and nothing that is of the caller.
  fileprivate var withoutCaller: ConditionKeys {
    let known = [
      "aws:currenttime", "aws:epochtime", "aws:principalaccount", "aws:principalisawsservice", "aws:requestedregion",
      "aws:requesttag/", "aws:resource", "aws:securetransport", "aws:tagkeys", "aws:viaawsservice", "iam:", "lambda:",
      "sts:",
    ]
    var kept = ConditionKeys()
    for (name, value) in all where name != "lambda:sourcefunctionarn" && known.contains(where: name.hasPrefix) {
      kept[name] = value
    }
    return kept
  }
}
