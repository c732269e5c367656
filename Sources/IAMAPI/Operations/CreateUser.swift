import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes a user without keys and without policies.
struct CreateUser: ControlOperation, IAMOperation {
  static let name = "CreateUser"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let name: String
    let path: String
    let boundary: String?
    let tags: [String: String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      name: try members.entityName("UserName", longest: 64), path: try members.entityPath(),
      boundary: try members.optionalARN("PermissionsBoundary"), tags: try IAMTags.read(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let resource = UserKind.resource(input.name, path: input.path, at: place)
    let keys = IAMResource.keys(boundary: input.boundary, tags: input.tags)
    let making = AccessRequest("iam:CreateUser", on: resource, keys: keys)
    return input.tags.isEmpty ? [making] : [making, AccessRequest("iam:TagUser", on: resource, keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let created = try await registry.createUser(
      input.name, path: input.path, boundary: input.boundary, tags: input.tags, in: call.place.account)
    return OperationOutput(["User": IAMOutputs.user(created.user, boundary: created.boundary, tags: created.tags)])
  }
}
