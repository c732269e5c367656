import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes an issuer one whom the account trusts.
struct CreateOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "CreateOpenIDConnectProvider"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let url: String
    let clientIDs: [String]
    let thumbprints: [String]
    let tags: [String: String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let url = try members.requiredString("Url")
    members.check(url, at: "Url", lengths: 1...255)
    return Input(
      url: url, clientIDs: try members.clientIDs(), thumbprints: try members.thumbprints() ?? [],
      tags: try IAMTags.read(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let resource = IAMResource.oidcProvider(input.url, at: place)
    let keys = AccessRequest.tagKeys(input.tags)
    let making = AccessRequest("iam:CreateOpenIDConnectProvider", on: resource, keys: keys)
    return input.tags.isEmpty
      ? [making] : [making, AccessRequest("iam:TagOpenIDConnectProvider", on: resource, keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let created = try await registry.createOIDCProvider(
      input.url, clientIDs: input.clientIDs, thumbprints: input.thumbprints, tags: input.tags, in: call.place.account)
    var members: [String: JSONValue] = ["OpenIDConnectProviderArn": .string(created.arn.description)]
    if !input.tags.isEmpty { members["Tags"] = IAMTags.list(input.tags) }
    return OperationOutput(.object(members))
  }
}
