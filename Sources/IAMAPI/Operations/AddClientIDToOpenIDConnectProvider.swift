import Authorization
import Core
import Identity
import Wire

/// Lets tokens for one more audience count. One that is there already makes no difference.
struct AddClientIDToOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "AddClientIDToOpenIDConnectProvider"

  let registry: IdentityRegistry

  static func decode(_ members: inout MemberReader) throws(Fault) -> ProviderClientID {
    try members.providerClientID()
  }

  static func access(_ input: ProviderClientID, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:AddClientIDToOpenIDConnectProvider", on: input.provider)]
  }

  func run(_ call: Authorized<ProviderClientID>) async throws -> OperationOutput {
    try await registry.addClientID(
      call.value.id, toOIDCProvider: call.value.provider, in: call.place.account)
    return OperationOutput()
  }
}
