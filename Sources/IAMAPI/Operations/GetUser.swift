import Authorization
import Core
import Identity
import JSON
import Wire

/// Describes a user; without a name, the one who calls.
struct GetUser: ControlOperation, IAMOperation {
  static let name = "GetUser"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.optionalUserName())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetUser", on: IAMResource.userOrCaller(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let found = try await registry.user(try call.userName(call.value.user), in: call.place.account)
    return OperationOutput(["User": IAMOutputs.user(found.user, boundary: found.boundary, tags: found.tags)])
  }
}
