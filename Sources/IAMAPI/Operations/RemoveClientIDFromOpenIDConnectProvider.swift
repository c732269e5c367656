import Authorization
import Core
import Identity
import Wire

/// Lets tokens for an audience count no more. One that is not there makes no difference.
struct RemoveClientIDFromOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "RemoveClientIDFromOpenIDConnectProvider"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let provider: String
    let clientID: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(provider: try members.oidcProviderARN(), clientID: try members.clientID())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:RemoveClientIDFromOpenIDConnectProvider", on: input.provider)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.removeClientID(
      call.value.clientID, fromOIDCProvider: call.value.provider, in: call.place.account)
    return OperationOutput()
  }
}
