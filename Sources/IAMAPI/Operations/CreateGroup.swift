import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes a group without users and without policies.
struct CreateGroup: ControlOperation, IAMOperation {
  static let name = "CreateGroup"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let group: String
    let path: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(group: try GroupKind.name(&members), path: try members.entityPath())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:CreateGroup", on: GroupKind.resource(input.group, path: input.path, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let group = try await registry.createGroup(call.value.group, path: call.value.path, in: call.place.account)
    return OperationOutput(["Group": IAMOutputs.group(group)])
  }
}
