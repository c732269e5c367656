import Authorization
import Core
import Identity
import Wire

/// Deletes an access key: whoever signs with it is refused from then on.
struct DeleteAccessKey: ControlOperation, IAMOperation {
  static let name = "DeleteAccessKey"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String?
    let id: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let id = try members.accessKeyID()
    return Input(user: try members.optionalUserName(), id: id)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteAccessKey", on: IAMResource.userOrCaller(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let name = try call.userName(call.value.user)
    try await registry.deleteAccessKey(call.value.id, ofUser: name, in: call.place.account)
    return OperationOutput()
  }
}
