package import JSON

/// A whole question with its policies as a file says it: what `redoubt policy check` reads.
package struct PolicyCase: Sendable {
  package let question: PolicyQuestion
  package let policies: PolicySet

  /// - Throws: `PolicyError` that names the member.
  package init(_ value: JSONValue) throws(PolicyError) {
    question = try Self.question(try CaseMembers(value, "").object("request"))
    policies = try Self.policies(try CaseMembers(value, "").object("policies"))
  }

  private static func question(_ request: CaseMembers) throws(PolicyError) -> PolicyQuestion {
    let keys = try keys(request)
    return PolicyQuestion(
      caller: try caller(request.object("principal"), keys), action: try request.string("action"),
      resource: try request.string("resource"), resourceAccount: try request.string("resource_account"),
      keys: keys)
  }

  private static func keys(_ request: CaseMembers) throws(PolicyError) -> ConditionKeys {
    var keys = ConditionKeys()
    for (name, value) in try request.optionalObject("context")?.members ?? [:] {
      guard keys[name] == nil else { throw PolicyError(.invalid, "`request.context` has the key `\(name)` twice") }
      if case .array(let values) = value {
        var texts: [String] = []
        for value in values { texts.append(try text(value, name)) }
        keys[name] = .list(texts)
      } else {
        keys[name] = .single(try text(value, name))
      }
    }
    return keys
  }

  private static func text(_ value: JSONValue, _ name: String) throws(PolicyError) -> String {
    switch value {
    case .string(let text): text
    case .bool(let flag): String(flag)
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .null, .array, .object:
      throw PolicyError(.invalid, "`request.context.\(name)` is no text and no list of texts")
    }
  }

  private static func caller(_ principal: CaseMembers, _ keys: ConditionKeys) throws(PolicyError) -> Caller {
    let type = try principal.string("type")
    // `AROA...:session` of a session, `AIDA...` of a user.
    let uniqueID = keys.variable("aws:userid").map { String($0.prefix { $0 != ":" }) }
    let kind: Caller.Kind
    switch type {
    case "user": kind = .user(arn: try principal.string("arn"), uniqueID: uniqueID)
    case "role-session":
      kind = .roleSession(
        arn: try principal.string("arn"), role: try principal.string("role_arn"), roleID: uniqueID)
    case "federated-user":
      kind = .federatedUser(arn: try principal.string("arn"), user: try principal.optionalString("user_arn"))
    case "root": kind = .root
    case "service": kind = .service(try principal.string("service"))
    case "web-identity":
      let named = try principal.optionalString("arn")
      kind = .webIdentity(provider: keys.variable("aws:federatedprovider") ?? named ?? "")
    case "anonymous": kind = .anonymous
    default: throw PolicyError(.invalid, "`request.principal.type` is `\(type)`, which is no kind of principal")
    }
    // Cases tell of AWS, where nobody else can make a role of that path.
    let isServiceLinked = try principal.optionalString("role_arn")?.contains(":role/aws-service-role/") ?? false
    return Caller(kind, account: try principal.optionalString("account"), isServiceLinked: isServiceLinked)
  }

  private static func policies(_ policies: CaseMembers) throws(PolicyError) -> PolicySet {
    PolicySet(
      identity: try documents(policies.optionalList("identity") ?? [], "policies.identity"),
      resource: try document(policies, "resource"), boundary: try document(policies, "boundary"),
      session: try sessionPolicies(policies), accountGuardrails: try levels(policies, "scps"),
      resourceGuardrails: try levels(policies, "rcps"))
  }

  private static func sessionPolicies(_ policies: CaseMembers) throws(PolicyError) -> [PolicyDocument]? {
    guard let list = try policies.optionalList("session") else { return nil }
    return try documents(list, "policies.session")
  }

  private static func levels(_ policies: CaseMembers, _ name: String) throws(PolicyError) -> [[PolicyDocument]] {
    var levels: [[PolicyDocument]] = []
    for level in try policies.optionalList(name) ?? [] {
      guard case .array(let values) = level else {
        throw PolicyError(.invalid, "`policies.\(name)` is no list of lists")
      }
      levels.append(try documents(values, "policies.\(name)"))
    }
    return levels
  }

  private static func document(_ policies: CaseMembers, _ name: String) throws(PolicyError) -> PolicyDocument? {
    guard let value = policies.members[name], value != .null else { return nil }
    return try documents([value], "policies.\(name)")[0]
  }

  private static func documents(_ values: [JSONValue], _ path: String) throws(PolicyError) -> [PolicyDocument] {
    var documents: [PolicyDocument] = []
    for value in values {
      do {
        documents.append(try PolicyDocument(value))
      } catch {
        throw PolicyError(error.code, "`\(path)`: \(error.message)")
      }
    }
    return documents
  }
}

/// The members of an object of a case; further ones are left alone.
private struct CaseMembers {
  let members: [String: JSONValue]
  private let path: String

  init(_ value: JSONValue, _ path: String) throws(PolicyError) {
    guard case .object(let members) = value else {
      throw PolicyError(.invalid, path.isEmpty ? "the case is no object" : "`\(path)` is no object")
    }
    self.members = members
    self.path = path
  }

  func object(_ name: String) throws(PolicyError) -> CaseMembers {
    guard let value = try optionalObject(name) else { throw PolicyError(.missing, "`\(full(name))` is missing") }
    return value
  }

  func optionalObject(_ name: String) throws(PolicyError) -> CaseMembers? {
    guard let value = members[name], value != .null else { return nil }
    return try CaseMembers(value, full(name))
  }

  func string(_ name: String) throws(PolicyError) -> String {
    guard let text = try optionalString(name) else { throw PolicyError(.missing, "`\(full(name))` is missing") }
    return text
  }

  func optionalString(_ name: String) throws(PolicyError) -> String? {
    guard let value = members[name], value != .null else { return nil }
    guard case .string(let text) = value else { throw PolicyError(.invalid, "`\(full(name))` is no text") }
    return text
  }

  func optionalList(_ name: String) throws(PolicyError) -> [JSONValue]? {
    guard let value = members[name], value != .null else { return nil }
    guard case .array(let values) = value else { throw PolicyError(.invalid, "`\(full(name))` is no list") }
    return values
  }

  private func full(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
}
