import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes an access key of a user and tells its secret, once.
struct CreateAccessKey: ControlOperation, IAMOperation {
  static let name = "CreateAccessKey"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.optionalUserName())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:CreateAccessKey", on: IAMResource.userOrCaller(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let name = try call.userName(call.value.user)
    let (user, key, secret) = try await registry.createAccessKey(ofUser: name, in: call.place.account)
    return OperationOutput([
      "AccessKey": [
        "UserName": .string(user.name), "AccessKeyId": .string(key.id.description), "Status": "Active",
        "SecretAccessKey": .string(secret), "CreateDate": IAMOutputs.date(key.createdAt),
      ]
    ])
  }
}
