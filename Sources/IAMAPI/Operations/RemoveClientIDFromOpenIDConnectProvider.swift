import Authorization
import Core
import Identity
import Wire

/// Lets tokens for an audience count no more. One that is not there makes no difference.
struct RemoveClientIDFromOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "RemoveClientIDFromOpenIDConnectProvider"

  let registry: IdentityRegistry

  static func decode(_ members: inout MemberReader) throws(Fault) -> ProviderClientID {
    try members.providerClientID()
  }

  static func access(_ input: ProviderClientID, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:RemoveClientIDFromOpenIDConnectProvider", on: input.provider)]
  }

  func run(_ call: Authorized<ProviderClientID>) async throws -> OperationOutput {
    try await registry.removeClientID(
      call.value.id, fromOIDCProvider: call.value.provider, in: call.place.account)
    return OperationOutput()
  }
}
