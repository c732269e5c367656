import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells an issuer whom the account trusts.
struct GetOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "GetOpenIDConnectProvider"

  let registry: IdentityRegistry

  /// - Returns: the provider's ARN.
  static func decode(_ members: inout MemberReader) throws(Fault) -> String { try members.oidcProviderARN() }

  static func access(_ provider: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetOpenIDConnectProvider", on: provider)]
  }

  func run(_ call: Authorized<String>) async throws -> OperationOutput {
    let (provider, tags) = try await registry.oidcProvider(call.value, in: call.place.account)
    return OperationOutput([
      "Url": .string(provider.name), "ClientIDList": .array(provider.clientIDs.map { .string($0) }),
      "ThumbprintList": .array(provider.thumbprints.map { .string($0) }),
      "CreateDate": IAMOutputs.date(provider.createdAt), "Tags": IAMTags.list(tags),
    ])
  }
}
