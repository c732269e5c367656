import Core
import JSON
import Policy
import Wire

/// What would be decided: questions of one caller about each pair of an action and a resource, by the evaluator that
/// decides in earnest.
struct Simulation: Sendable {
  let caller: Caller
  let policies: PolicySet
  /// What the identity policies are called in answers, in their order.
  let names: [String]
  let request: SimulationMembers

  /// Each action with each resource, in the order of the request.
  var pairs: [(action: String, resource: String)] {
    request.actions.flatMap { action in request.resources.map { (action, $0) } }
  }

  func result(_ action: String, on resource: String) -> JSONValue {
    let question = PolicyQuestion(
      caller: caller, action: action, resource: resource, resourceAccount: request.owner ?? caller.account ?? "",
      keys: request.keys)
    let decision = PolicyEvaluator.decide(question, by: policies)
    var members: [String: JSONValue] = [
      "EvalActionName": .string(action), "EvalResourceName": .string(resource),
      "EvalDecision": .string(Self.word(decision)), "MatchedStatements": .array(decision.statements.map(matched)),
      "MissingContextValues": .array(missing.map { .string($0) }),
    ]
    if let boundary = policies.boundary {
      var alone = policies
      alone.identity = [boundary]
      alone.boundary = nil
      let bounded = PolicyEvaluator.decide(question, by: alone)
      members["PermissionsBoundaryDecisionDetail"] = ["AllowedByPermissionsBoundary": .bool(bounded.isAllowed)]
    }
    if !policies.accountGuardrails.isEmpty {
      let isAllowed = decision.outcome != .implicitDeny(.accountGuardrail) && !isDeniedByGuardrail(decision)
      members["OrganizationsDecisionDetail"] = ["AllowedByOrganizations": .bool(isAllowed)]
    }
    return .object(members)
  }

  private func isDeniedByGuardrail(_ decision: PolicyDecision) -> Bool {
    guard decision.outcome == .explicitDeny else { return false }
    return decision.statements.contains { statement in
      if case .accountGuardrail = statement.source { true } else { false }
    }
  }

  /// Condition keys that policies ask for and the request does not bring.
  private var missing: [String] {
    let documents =
      policies.identity + [policies.boundary, policies.resource].compactMap(\.self)
      + policies.accountGuardrails.flatMap(\.self)
    let asked = documents.reduce(into: Set<String>()) { $0.formUnion($1.referencedKeys) }
    return asked.filter { request.keys[$0] == nil }.sorted()
  }

  private func matched(_ statement: StatementReference) -> JSONValue {
    let (id, type): (String, String) =
      switch statement.source {
      case .identity:
        (names.indices.contains(statement.policy) ? names[statement.policy] : "PolicyInputList", "IAM Policy")
      case .resource: ("ResourcePolicy", "Resource Policy")
      case .permissionsBoundary: ("PermissionsBoundaryPolicyInputList.1", "IAM Policy")
      case .session: ("SessionPolicy.\(statement.policy + 1)", "IAM Policy")
      case .accountGuardrail(let level), .resourceGuardrail(let level):
        ("OrganizationPolicy.\(level + 1).\(statement.policy + 1)", "IAM Policy")
      }
    return ["SourcePolicyId": .string(id), "SourcePolicyType": .string(type)]
  }

  private static func word(_ decision: PolicyDecision) -> String {
    switch decision.outcome {
    case .allow: "allowed"
    case .explicitDeny: "explicitDeny"
    case .implicitDeny: "implicitDeny"
    }
  }
}
