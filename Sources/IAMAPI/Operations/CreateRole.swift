import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes a role without policies, which those may assume whom its trust policy names.
struct CreateRole: ControlOperation, IAMOperation {
  static let name = "CreateRole"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let role: String
    let path: String
    let trust: String
    let description: String
    let duration: Int
    let boundary: String?
    let tags: [String: String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let path = try members.entityPath()
    if path.hasPrefix(reservedPath) {
      members.note(.invalidInput("The path \(reservedPath) is reserved for roles that services make for themselves."))
    }
    return Input(
      role: try RoleKind.name(&members), path: path,
      trust: try members.policyDocument("AssumeRolePolicyDocument"), description: try members.roleDescription() ?? "",
      duration: try members.maximumSession() ?? 3600, boundary: try members.optionalARN("PermissionsBoundary"),
      tags: try IAMTags.read(&members))
  }

  /// What AWS keeps for roles that its services make for themselves.
  private static let reservedPath = "/aws-service-role/"

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let resource = RoleKind.resource(input.role, path: input.path, at: place)
    let keys = IAMResource.keys(boundary: input.boundary, tags: input.tags)
    let making = AccessRequest("iam:CreateRole", on: resource, keys: keys)
    return input.tags.isEmpty ? [making] : [making, AccessRequest("iam:TagRole", on: resource, keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let created = try await registry.createRole(
      input.role, path: input.path, trustPolicy: input.trust, description: input.description,
      maximumSession: input.duration, boundary: input.boundary, tags: input.tags, in: call.place.account)
    return OperationOutput(["Role": IAMOutputs.role(created.role, boundary: created.boundary, tags: created.tags)])
  }
}
