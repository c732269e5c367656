import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells which service an access key was last used for, and when.
struct GetAccessKeyLastUsed: ControlOperation, IAMOperation {
  static let name = "GetAccessKeyLastUsed"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let id: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input(id: try members.accessKeyID()) }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetAccessKeyLastUsed", on: .ownerOfAccessKey(input.id))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (user, use) = try registry.lastUse(ofAccessKey: call.value.id, in: call.place.account)
    var last: [String: JSONValue] = [
      "ServiceName": .string(use?.service ?? "N/A"), "Region": .string(use?.region ?? "N/A"),
    ]
    last["LastUsedDate"] = use.map { IAMOutputs.date(WallTime(seconds: $0.at)) }
    return OperationOutput(["UserName": .string(user), "AccessKeyLastUsed": .object(last)])
  }
}
