package import JSON

extension PolicyDocument {
  /// Reads a document by its grammar. What may be saved is narrower: see `init(saving:as:)`.
  ///
  /// - Throws: `PolicyError` for what is no policy at all.
  package init(parsing text: some Sequence<UInt8>) throws(PolicyError) {
    try self.init(Self.value(text))
  }

  /// As `init(parsing:)`, of JSON that was looked at for repeated names before it was read.
  package init(_ value: JSONValue) throws(PolicyError) {
    try self.init(reading: value)
    try checkEffects()
    guard statements.allSatisfy(\.hasActions) else { throw .missingActions }
  }

  static func value(_ text: some Sequence<UInt8>) throws(PolicyError) -> JSONValue {
    // Two readers may see two policies in a text with a name twice.
    guard let value = JSONValue(unambiguous: Array(text)) else { throw .syntax }
    return value
  }

  /// Looks at nothing but the form of the document.
  init(reading value: JSONValue) throws(PolicyError) {
    let members = try PolicyMembers(value, ["Version", "Id", "Statement"])
    let name = try members.optional("Version", PolicyMembers.string)
    guard let version = name.map(Version.init(rawValue:)) ?? .v2008 else { throw .syntax }
    self.version = version
    id = try members.optional("Id", PolicyMembers.string)
    hasVersion = name != nil
    var statements: [Statement] = []
    for statement in try members.required("Statement", PolicyMembers.list) {
      statements.append(try Statement(statement, version))
    }
    guard !statements.isEmpty else { throw .syntax }
    self.statements = statements
  }

  /// `allow` is no effect, although AWS tells it apart from what is no word for one.
  func checkEffects() throws(PolicyError) {
    guard statements.allSatisfy(\.isEffectWellWritten) else { throw .legacy }
  }
}

extension Statement {
  fileprivate init(_ value: JSONValue, _ version: PolicyDocument.Version) throws(PolicyError) {
    let members = try PolicyMembers(
      value,
      [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
      ])
    sid = try members.optional("Sid", PolicyMembers.string)
    let effect = try members.required("Effect", PolicyMembers.string)
    guard let known = Effect.allCases.first(where: { $0.rawValue.lowercased() == effect.lowercased() }) else {
      throw .syntax
    }
    self.effect = known
    isEffectWellWritten = known.rawValue == effect
    principals = try members.either("Principal", PolicyMembers.principals).map { patterns, isNegated in
      PrincipalBlock(patterns: patterns, isNegated: isNegated)
    }
    conditions = try members.optional("Condition", PolicyMembers.conditions).map { $0(version) } ?? []
    let resources = try members.either("Resource", PolicyMembers.strings)
    self.resources = resources.map { texts, isNegated in
      ResourceBlock(patterns: texts.map { ResourcePattern($0, version) }, isNegated: isNegated)
    }
    let (texts, isNegated) = try members.either("Action", PolicyMembers.strings) ?? ([], false)
    actions = ActionBlock(patterns: texts.map(ActionPattern.init), isNegated: isNegated)
  }
}

extension PolicyError {
  static let missingActions = PolicyError(.missing, "Policy statement must contain actions.")
}

/// The members of an object of a policy, none of which may be unknown.
private struct PolicyMembers {
  private let members: [String: JSONValue]

  typealias Reading<Value> = (JSONValue) throws(PolicyError) -> Value

  init(_ value: JSONValue, _ known: Set<String>) throws(PolicyError) {
    guard case .object(let members) = value, known.isSuperset(of: members.keys) else { throw .syntax }
    self.members = members
  }

  func optional<Value>(_ name: String, _ read: Reading<Value>) throws(PolicyError) -> Value? {
    guard let value = members[name] else { return nil }
    return try read(value)
  }

  func required<Value>(_ name: String, _ read: Reading<Value>) throws(PolicyError) -> Value {
    guard let value = members[name] else { throw .syntax }
    return try read(value)
  }

  /// The member or its negation, `Not` before the name; both together are no policy.
  func either<Value>(
    _ name: String, _ read: Reading<Value>
  ) throws(PolicyError) -> (Value, isNegated: Bool)? {
    switch (members[name], members["Not" + name]) {
    case (nil, nil): nil
    case (let value?, nil): (try read(value), false)
    case (nil, let value?): (try read(value), true)
    case (_?, _?): throw .syntax
    }
  }
}

extension PolicyMembers {
  static func string(_ value: JSONValue) throws(PolicyError) -> String {
    guard case .string(let text) = value else { throw .syntax }
    return text
  }

  /// One value stands for a list of one.
  static func list(_ value: JSONValue) throws(PolicyError) -> [JSONValue] {
    if case .array(let values) = value { return values }
    return [value]
  }

  static func strings(_ value: JSONValue) throws(PolicyError) -> [String] {
    var texts: [String] = []
    for value in try list(value) { texts.append(try string(value)) }
    return texts
  }

  static func principals(_ value: JSONValue) throws(PolicyError) -> [PrincipalPattern] {
    if value == "*" { return [.everyone] }
    guard case .object(let kinds) = value else { throw .syntax }
    var patterns: [PrincipalPattern] = []
    for (kind, value) in kinds.sorted(by: { $0.key < $1.key }) {
      for text in try strings(value) {
        guard let pattern = PrincipalPattern(kind, text) else { throw .syntax }
        patterns.append(pattern)
      }
    }
    return patterns
  }

  /// The conditions in a fixed order, once the language is known.
  static func conditions(_ value: JSONValue) throws(PolicyError) -> (PolicyDocument.Version) -> [Condition] {
    guard case .object(let operators) = value else { throw .syntax }
    var found: [(name: String, key: String, values: [String])] = []
    for (name, keys) in operators.sorted(by: { $0.key < $1.key }) {
      guard case .object(let keys) = keys else { throw .syntax }
      // An operator that nobody knows counts although it compares nothing.
      if keys.isEmpty, ConditionOperator(name) == nil { found.append((name, "", [])) }
      for (key, value) in keys.sorted(by: { $0.key < $1.key }) {
        var values: [String] = []
        for value in try list(value) { values.append(try scalar(value)) }
        found.append((name, key, values))
      }
    }
    return { version in found.map { Condition($0.name, $0.key, $0.values, version) } }
  }

  /// A value of a condition: text, or a number or truth value as JSON writes it.
  private static func scalar(_ value: JSONValue) throws(PolicyError) -> String {
    switch value {
    case .string(let text): text
    case .bool(let flag): String(flag)
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .null, .array, .object: throw .syntax
    }
  }
}
