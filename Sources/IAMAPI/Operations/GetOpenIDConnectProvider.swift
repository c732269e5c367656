import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells an issuer whom the account trusts.
struct GetOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "GetOpenIDConnectProvider"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let provider: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(provider: try members.oidcProviderARN())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetOpenIDConnectProvider", on: input.provider)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (provider, tags) = try await registry.oidcProvider(call.value.provider, in: call.place.account)
    return OperationOutput([
      "Url": .string(provider.name), "ClientIDList": .array(provider.clientIDs.map { .string($0) }),
      "ThumbprintList": .array(provider.thumbprints.map { .string($0) }),
      "CreateDate": IAMOutputs.date(provider.createdAt), "Tags": IAMTags.list(tags),
    ])
  }
}
