import Authorization
import Core
import Identity
import JSON
import Policy
import Wire

/// Lists the condition keys that policies ask for.
struct GetContextKeysForCustomPolicy: ControlOperation, IAMOperation {
  static let name = "GetContextKeysForCustomPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policies: [PolicyDocument]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let texts = try members.strings("PolicyInputList")
    if texts == nil { members.note(nil, at: "PolicyInputList", "Member must not be null") }
    return Input(policies: members.documents(texts ?? [], "PolicyInputList"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetContextKeysForCustomPolicy", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput { call.value.policies.contextKeys }
}

extension [PolicyDocument] {
  /// The condition keys that they ask for, in order.
  var contextKeys: OperationOutput {
    let keys = reduce(into: Set<String>()) { $0.formUnion($1.referencedKeys) }
    return OperationOutput(["ContextKeyNames": .array(keys.sorted().map(JSONValue.string))])
  }
}
