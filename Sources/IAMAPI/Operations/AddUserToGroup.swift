import Authorization
import Core
import Identity
import Wire

/// Puts a user into a group.
struct AddUserToGroup: ControlOperation, IAMOperation {
  static let name = "AddUserToGroup"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let group: String
    let user: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(group: try GroupKind.name(&members), user: try UserKind.existingName(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:AddUserToGroup", on: GroupKind.resource(input.group, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.add(user: call.value.user, toGroup: call.value.group, in: call.place.account)
    return OperationOutput()
  }
}
