import Authorization
import Core
import Identity
import Wire

/// Takes a user out of a group.
struct RemoveUserFromGroup: ControlOperation, IAMOperation {
  static let name = "RemoveUserFromGroup"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let group: String
    let user: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(group: try GroupKind.name(&members), user: try UserKind.existingName(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:RemoveUserFromGroup", on: GroupKind.resource(input.group, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.remove(user: call.value.user, fromGroup: call.value.group, in: call.place.account)
    return OperationOutput()
  }
}
