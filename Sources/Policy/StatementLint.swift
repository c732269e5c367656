import Core

/// What one statement shows by itself.
struct StatementLint {
  let statement: Statement
  let knownActions: [String: Set<String>]

  /// Headers that clients write.
  private static let spoofable: Set<String> = ["aws:referer", "aws:useragent"]
  /// Conditions that say for whom a service acts.
  private static let sources: Set<String> = [
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalorgid",
  ]
  private static let reading = ["get", "list", "describe", "filter", "simulate", "lookup", "batchget"]

  var findings: [(LintRule, String)] {
    var found = unknownActions + conditions
    if let principals = statement.principals, principals.isNegated { found.append((.notPrincipal, "NotPrincipal")) }
    guard statement.effect == .allow else { return found }
    return found + allowance
  }

  private var allowance: [(LintRule, String)] {
    var found: [(LintRule, String)] = []
    if statement.actions.isNegated { found.append((.allowAllBut, "NotAction with Allow")) }
    if let resources = statement.resources, resources.isNegated {
      found.append((.allowAllBut, "NotResource with Allow"))
    }
    for pattern in statement.actions.isNegated ? [] : statement.actions.patterns {
      if pattern.text == "*" {
        found.append((.anyAction, "Action `*`"))
      } else if pattern.text.hasSuffix(":*") {
        found.append((.anyActionOfService, "Action `\(pattern.text)`"))
      }
    }
    if changesAnything { found.append((.anyResource, "Resource `*`")) }
    return found + principals
  }

  /// Whether actions that do more than read are allowed for all resources, without a condition.
  private var changesAnything: Bool {
    guard let resources = statement.resources, !resources.isNegated, statement.conditions.isEmpty,
      resources.patterns.contains(where: { $0.text == "*" })
    else { return false }
    return statement.actions.isNegated || !statement.actions.patterns.allSatisfy(Self.reads)
  }

  private static func reads(_ pattern: ActionPattern) -> Bool {
    let fields = pattern.text.lowercased().fields(separatedBy: ":", maxSplits: 1)
    return fields.count == 2 && reading.contains { fields[1].hasPrefix($0) }
  }

  private var principals: [(LintRule, String)] {
    guard let principals = statement.principals, !principals.isNegated else { return [] }
    var found: [(LintRule, String)] = []
    if principals.patterns.contains(.everyone), statement.conditions.isEmpty {
      found.append((.publicAccess, "Principal `*`"))
    }
    // Who trusts a service with a role says so for the service's own use of it.
    let isTrust = statement.actions.patterns.allSatisfy { $0.text.lowercased().hasPrefix("sts:") }
    let isScoped = statement.conditions.contains { Self.sources.contains($0.key.lowercased()) }
    for case .service(let service) in principals.patterns where !isTrust && !isScoped {
      found.append((.unscopedService, "Principal `\(service)`"))
    }
    for case .federated(let provider) in principals.patterns where !isForSome(of: provider) {
      found.append((.unscopedIdentity, "Principal `\(provider)`"))
    }
    return found
  }

  /// Whether a condition asks a token of the provider whose it is. For whom it was made out does not tell that.
  private func isForSome(of provider: String) -> Bool {
    let (kind, resource) = ("oidc-provider/", provider.fields(separatedBy: ":", maxSplits: 5).last ?? "")
    let name = resource.hasPrefix(kind) ? String(resource.dropFirst(kind.count)) : provider
    return statement.conditions.contains { condition in
      condition.key.lowercased() == name.lowercased() + ":sub" && Self.isNarrow(condition)
    }
  }

  /// Whether the key has to be there, and not with any value.
  private static func isNarrow(_ condition: Condition) -> Bool {
    guard let how = ConditionOperator(condition.operatorName), !how.isNegated, !how.acceptsMissingKey,
      how.set != .forAllValues
    else { return false }
    switch how.comparison {
    case .stringEquals, .stringEqualsIgnoringCase: return true
    case .stringLike: return condition.values.allSatisfy { !$0.utf8.allSatisfy(Array("*?".utf8).contains) }
    default: return false
    }
  }

  private var unknownActions: [(LintRule, String)] {
    statement.actions.patterns.compactMap { pattern in
      let fields = pattern.text.lowercased().parts(separatedBy: ":", maxSplits: 1)
      guard fields.count == 2, let known = knownActions[fields[0]] else { return nil }
      let wildcards = Wildcards(fields[1])
      return known.contains(where: wildcards.matches) ? nil : (.unknownAction, "Action `\(pattern.text)`")
    }
  }

  private var conditions: [(LintRule, String)] {
    statement.conditions.flatMap { condition -> [(LintRule, String)] in
      var found: [(LintRule, String)] = []
      if !condition.isKnown { found.append((.unknownOperator, "`\(condition.operatorName)`")) }
      if Self.spoofable.contains(condition.key.lowercased()) { found.append((.spoofableKey, "`\(condition.key)`")) }
      if statement.effect == .allow, condition.operatorName.lowercased().hasPrefix("forallvalues:"),
        !asksForKey(condition.key)
      {
        found.append((.setOperator, "`\(condition.operatorName)` of `\(condition.key)`"))
      }
      return found
    }
  }

  private func asksForKey(_ key: String) -> Bool {
    statement.conditions.contains { condition in
      condition.operatorName.lowercased() == "null" && condition.key.lowercased() == key.lowercased()
        && condition.values == ["false"]
    }
  }
}
