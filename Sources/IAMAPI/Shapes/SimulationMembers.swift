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

  private static let mostQuestions = 1000

  init(_ members: inout MemberReader) throws(Fault) {
    policies = members.documents(try members.strings("PolicyInputList") ?? [], "PolicyInputList")
    let boundaries = members.documents(
      try members.strings("PermissionsBoundaryPolicyInputList") ?? [], "PermissionsBoundaryPolicyInputList")
    if boundaries.count > 1 {
      members.note(.invalidInput("There can be one policy in PermissionsBoundaryPolicyInputList."))
    }
    boundary = boundaries.first
    let resource = try members.string("ResourcePolicy")
    members.checkDocument(resource, at: "ResourcePolicy")
    resourcePolicy = members.documents(resource.map { [$0] } ?? [], "ResourcePolicy").first
    actions = try members.strings("ActionNames") ?? []
    if actions.isEmpty { members.note(nil, at: "ActionNames", "Member must not be null") }
    for action in actions { members.check(action, at: "ActionNames", lengths: 3...128) }
    let resources = try members.strings("ResourceArns") ?? []
    self.resources = resources.isEmpty ? ["*"] : resources
    if actions.count * self.resources.count > Self.mostQuestions {
      members.note(.invalidInput("There can be \(Self.mostQuestions) pairs of an action and a resource."))
    }
    let owner = try members.string("ResourceOwner")
    members.check(owner, at: "ResourceOwner", lengths: 1...2048)
    self.owner = owner.map(Self.account)
    callerARN = try members.string("CallerArn")
    members.check(callerARN, at: "CallerArn", lengths: 1...2048)
    keys = try Self.keys(members)
    page = try members.page()
    if resourcePolicy != nil, callerARN == nil {
      members.note(.invalidInput("CallerArn is needed where there is a ResourcePolicy."))
    }
  }

  /// Of an ARN, or the account itself.
  private static func account(_ text: String) -> String {
    let fields = text.fields(separatedBy: ":", maxSplits: 5)
    return fields.count == 6 ? String(fields[4]) : text
  }

  private static func keys(_ members: MemberReader) throws(Fault) -> ConditionKeys {
    var keys = ConditionKeys()
    for entry in try members.structures("ContextEntries") {
      guard let name = entry["ContextKeyName"]?.string else { throw .serialization("a context entry has no name") }
      var values: [String] = []
      if case .array(let list)? = entry["ContextKeyValues"] { values = list.compactMap(\.string) }
      let isList = entry["ContextKeyType"]?.string?.hasSuffix("List") ?? false
      keys[name] = isList || values.count != 1 ? .list(values) : .single(values[0])
    }
    return keys
  }
}

extension MemberReader {
  /// Reads policies; notes those that are none, so that the caller hears of them after authorization.
  mutating func documents(_ texts: [String], _ name: String) -> [PolicyDocument] {
    guard texts.count <= 20, texts.reduce(0, { $0 + $1.utf8.count }) <= 131_072 else {
      note(.invalidInput("\(name): There can be 20 policies of 131072 characters together."))
      return []
    }
    return texts.compactMap { text in
      do throws(PolicyError) {
        return try PolicyDocument(parsing: text.utf8)
      } catch {
        note(.invalidInput("\(name): \(error.message)"))
        return nil
      }
    }
  }
}

extension Fault {
  static func invalidInput(_ message: String) -> Fault { Fault(code: "InvalidInput", status: 400, message: message) }
}
