import Authorization
import Core
import Identity
import Wire

/// Ends the trust in an issuer. One that is not there makes no difference.
struct DeleteOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "DeleteOpenIDConnectProvider"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let provider: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(provider: try members.oidcProviderARN())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteOpenIDConnectProvider", on: input.provider)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.deleteOIDCProvider(call.value.provider, in: call.place.account)
    return OperationOutput()
  }
}
