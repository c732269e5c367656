import Authorization
import Core
import Identity
import Wire

/// Deletes a group that has no users and no policies.
struct DeleteGroup: ControlOperation, IAMOperation {
  static let name = "DeleteGroup"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let group: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(group: try GroupKind.name(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteGroup", on: GroupKind.resource(input.group, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.deleteGroup(call.value.group, in: call.place.account)
    return OperationOutput()
  }
}
