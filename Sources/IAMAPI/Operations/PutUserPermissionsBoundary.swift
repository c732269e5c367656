import Authorization
import Core
import Identity
import Wire

/// Sets the policy that bounds what a user can be allowed.
struct PutUserPermissionsBoundary: ControlOperation, IAMOperation {
  static let name = "PutUserPermissionsBoundary"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let boundary: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.userName(), boundary: try members.arn("PermissionsBoundary"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:PutUserPermissionsBoundary", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.setBoundary(call.value.boundary, ofUser: call.value.user, in: call.place.account)
    return OperationOutput()
  }
}
