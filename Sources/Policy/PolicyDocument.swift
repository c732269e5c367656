/// A policy document, read once and ready to be asked. The grammar is that of 2012-10-17 and 2008-10-17:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
package struct PolicyDocument: Hashable, Sendable {
  package let version: Version
  /// Whether it names its version.
  let hasVersion: Bool
  package let id: String?
  package let statements: [Statement]

  /// Which language the document is written in. A document that names none is of 2008.
  package enum Version: String, Hashable, Sendable {
    /// `${...}` is literal text.
    case v2008 = "2008-10-17"
    case v2012 = "2012-10-17"
  }

  /// A document that allows nothing.
  package static let nothing = PolicyDocument(version: .v2012, hasVersion: true, id: nil, statements: [])
}

/// One statement: it applies when all of its blocks do.
package struct Statement: Hashable, Sendable {
  package let sid: String?
  package let effect: Effect
  /// Whether the effect was written with its capital letter, as it must be.
  let isEffectWellWritten: Bool
  /// Nil in policies that hang on an identity.
  package let principals: PrincipalBlock?
  package let actions: ActionBlock
  /// Nil where the policy hangs on one resource and needs no name for it, as a trust policy does.
  package let resources: ResourceBlock?
  /// All must hold.
  package let conditions: [Condition]

  var hasActions: Bool { !actions.patterns.isEmpty }

  package enum Effect: String, CaseIterable, Hashable, Sendable {
    case allow = "Allow"
    case deny = "Deny"
  }
}

/// `Action` or `NotAction`.
package struct ActionBlock: Hashable, Sendable {
  package let patterns: [ActionPattern]
  /// Whether it is `NotAction`: all but these.
  package let isNegated: Bool

  func matches(_ action: ActionName) -> Bool {
    patterns.contains { $0.matches(action) } != isNegated
  }
}

/// `Resource` or `NotResource`.
package struct ResourceBlock: Hashable, Sendable {
  package let patterns: [ResourcePattern]
  /// Whether it is `NotResource`: all but these.
  package let isNegated: Bool

  /// Nil when it cannot be told: a variable of `NotResource` has no value.
  func matches(_ resource: String, _ keys: ConditionKeys) -> Bool? {
    guard isNegated else { return patterns.contains { $0.matches(resource, keys) == true } }
    var isUnknown = false
    for pattern in patterns {
      switch pattern.matches(resource, keys) {
      case true?: return false
      case nil: isUnknown = true
      case false?: break
      }
    }
    return isUnknown ? nil : true
  }
}

extension PolicyDocument {
  /// Whether what it says may depend on condition keys.
  package var usesKeys: Bool {
    statements.contains { statement in
      !statement.conditions.isEmpty || statement.resources?.patterns.contains { $0.hasVariables } ?? false
    }
  }

  /// The condition keys that it asks for, as conditions or as variables. Those of variables are in lower case.
  package var referencedKeys: Set<String> {
    var keys: Set<String> = []
    for statement in statements {
      for pattern in statement.resources?.patterns ?? [] { keys.formUnion(Template(pattern.text, version).keys) }
      for condition in statement.conditions {
        keys.insert(condition.key)
        guard condition.takesVariables else { continue }
        for value in condition.values { keys.formUnion(Template(value, version).keys) }
      }
    }
    return keys
  }
}
