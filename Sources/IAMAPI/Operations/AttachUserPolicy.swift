import Authorization
import Core
import Identity
import Wire

/// Attaches a managed policy to a user.
struct AttachUserPolicy: ControlOperation, IAMOperation {
  static let name = "AttachUserPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String
    let policy: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.userName(), policy: try members.policyARN())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:AttachUserPolicy", on: IAMResource.user(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.attach(call.value.policy, toUser: call.value.user, in: call.place.account)
    return OperationOutput()
  }
}
