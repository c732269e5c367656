import Core
import JSON
import Policy
import Wire

/// The members that both operations of simulation have.
struct SimulationMembers: Sendable {
  /// Further policies of the caller.
  let policies: [PolicyDocument]
  let boundary: PolicyDocument?
  let resourcePolicy: PolicyDocument?
  let actions: [String]
  let resources: [String]
  /// The account that the resources belong to; nil for the caller's.
  let owner: String?
  let callerARN: String?
  let keys: ConditionKeys
  let page: ListPage

  init(_ members: inout MemberReader) throws(Fault) {
    policies = try Self.documents("PolicyInputList", members)
    let boundaries = try Self.documents("PermissionsBoundaryPolicyInputList", members)
    if boundaries.count > 1 {
      members.note(.invalidInput("There can be one policy in PermissionsBoundaryPolicyInputList."))
    }
    boundary = boundaries.first
    resourcePolicy = try members.string("ResourcePolicy").map { text throws(Fault) in
      try Self.document(text, "ResourcePolicy")
    }
    actions = try members.strings("ActionNames") ?? []
    if actions.isEmpty { members.note(nil, at: "ActionNames", "Member must not be null") }
    for action in actions { members.check(action, at: "ActionNames", lengths: 3...128) }
    let resources = try members.strings("ResourceArns") ?? []
    self.resources = resources.isEmpty ? ["*"] : resources
    owner = try members.string("ResourceOwner").map(Self.account)
    callerARN = try members.string("CallerArn")
    keys = try Self.keys(members)
    page = try members.page()
    if resourcePolicy != nil, callerARN == nil {
      members.note(.invalidInput("CallerArn is needed where there is a ResourcePolicy."))
    }
  }

  static func documents(_ name: String, _ members: MemberReader) throws(Fault) -> [PolicyDocument] {
    var documents: [PolicyDocument] = []
    for text in try members.strings(name) ?? [] { documents.append(try document(text, name)) }
    return documents
  }

  private static func document(_ text: String, _ name: String) throws(Fault) -> PolicyDocument {
    do {
      return try PolicyDocument(parsing: text.utf8)
    } catch {
      throw .invalidInput("\(name): \(error.message)")
    }
  }

  /// Of an ARN, or the account itself.
  private static func account(_ text: String) -> String {
    let fields = text.fields(separatedBy: ":", maxSplits: 5)
    return fields.count == 6 ? String(fields[4]) : text
  }

  private static func keys(_ members: MemberReader) throws(Fault) -> ConditionKeys {
    var keys = ConditionKeys()
    guard let value = members.member("ContextEntries") else { return keys }
    guard case .array(let entries) = value else { throw .serialization("`ContextEntries` is not a list of structures") }
    for entry in entries {
      guard let name = entry["ContextKeyName"]?.string else { throw .invalidInput("A context entry has no name.") }
      var values: [String] = []
      if case .array(let list)? = entry["ContextKeyValues"] { values = list.compactMap(\.string) }
      let isList = entry["ContextKeyType"]?.string?.hasSuffix("List") ?? false
      keys[name] = isList || values.count != 1 ? .list(values) : .single(values[0])
    }
    return keys
  }
}

extension Fault {
  static func invalidInput(_ message: String) -> Fault { Fault(code: "InvalidInput", status: 400, message: message) }
}
