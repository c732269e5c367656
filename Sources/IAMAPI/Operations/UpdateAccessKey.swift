import Authorization
import Core
import Identity
import Wire

/// Lets an access key count or not.
struct UpdateAccessKey: ControlOperation, IAMOperation {
  static let name = "UpdateAccessKey"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String?
    let id: String
    let status: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let id = try members.accessKeyID()
    let status = try members.requiredString("Status")
    members.check(status, at: "Status", oneOf: ["Active", "Inactive"])
    return Input(user: try members.optionalUserName(), id: id, status: status)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:UpdateAccessKey", on: IAMResource.userOrCaller(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try await registry.setAccessKey(
      input.id, isActive: input.status == "Active", ofUser: try call.userName(input.user), in: call.place.account)
    return OperationOutput()
  }
}
