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
  /// What the caller is told.
  let ofCaller: PolicyDecision
  private let callersKeys: ConditionKeys

  init(
    _ question: PolicyQuestion, _ decision: PolicyDecision, _ policies: PolicySet, _ own: PrincipalPolicies,
    _ guardrails: (caller: GuardrailLevels, resource: GuardrailLevels), keys: RequestKeys
  ) {
    self.question = question
    self.decision = decision
    self.policies = policies
    self.own = own
    self.guardrails = guardrails
    self.keys = keys
    var hidden = keys
    hidden.hidesResource = true
    callersKeys = hidden.keys
    ofCaller = decision.isAllowed ? decision.showing { !$0.isOfResource } : Self.denial(question, policies, callersKeys)
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

  /// For both accounts.
  func records(_ time: WallTime) -> [DecisionRecord] {
    let request = keys.request
    let ofCaller = record(request.account, self.ofCaller, callersKeys, time, callersPolicies)
    guard let owner = AccountID(question.resourceAccount) else { return [ofCaller] }
    let shown = decision.showing(\.isOfResource)
    let ofOwner = record(owner, shown, keys.keys.withoutTagsOfPrincipal, time, ownersPolicies)
    return [ofCaller, ofOwner]
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
    _ account: AccountID, _ decision: PolicyDecision, _ keys: ConditionKeys, _ time: WallTime,
    _ policies: DecisionRecord.Policies
  ) -> DecisionRecord {
    var question = question
    question.keys = keys
    return DecisionRecord(
      requestID: self.keys.request.value.requestID, account: account, time: time, question: question,
      decision: decision, policies: policies)
  }
}

extension ConditionKeys {
  fileprivate var withoutTagsOfPrincipal: ConditionKeys {
    var kept = ConditionKeys()
    for (name, value) in all where !name.hasPrefix("aws:principaltag/") { kept[name] = value }
    return kept
  }
}
