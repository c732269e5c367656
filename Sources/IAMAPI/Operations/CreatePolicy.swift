import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes a managed policy with its first version.
struct CreatePolicy: ControlOperation, IAMOperation {
  static let name = "CreatePolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
    let path: String
    let description: String
    let document: String
    let tags: [String: String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      policy: try members.policyName(), path: try members.policyPath("Path"),
      description: try members.description() ?? "",
      document: try members.policyDocument(), tags: try IAMTags.read(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let resource = IAMResource.policy(input.policy, path: input.path, at: place)
    let keys = AccessRequest.tagKeys(input.tags)
    let making = AccessRequest("iam:CreatePolicy", on: resource, keys: keys)
    return input.tags.isEmpty ? [making] : [making, AccessRequest("iam:TagPolicy", on: resource, keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let created = try await registry.createPolicy(
      input.policy, path: input.path, description: input.description, input.document, tags: input.tags,
      in: call.place.account)
    return OperationOutput(["Policy": IAMOutputs.policy(created, isWhole: true)])
  }
}
