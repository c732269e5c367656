import Authorization
import Core
import Identity
import Wire

/// Lets tokens for one more audience count. One that is there already makes no difference.
struct AddClientIDToOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "AddClientIDToOpenIDConnectProvider"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let provider: String
    let clientID: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(provider: try members.oidcProviderARN(), clientID: try members.clientID())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:AddClientIDToOpenIDConnectProvider", on: input.provider)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.addClientID(
      call.value.clientID, toOIDCProvider: call.value.provider, in: call.place.account)
    return OperationOutput()
  }
}
