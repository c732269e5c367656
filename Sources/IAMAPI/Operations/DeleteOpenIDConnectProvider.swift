import Authorization
import Core
import Identity
import Wire

/// Ends the trust in an issuer. One that is not there makes no difference.
struct DeleteOpenIDConnectProvider: ControlOperation, IAMOperation {
  static let name = "DeleteOpenIDConnectProvider"

  let registry: IdentityRegistry

  /// - Returns: the provider's ARN.
  static func decode(_ members: inout MemberReader) throws(Fault) -> String { try members.oidcProviderARN() }

  static func access(_ provider: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteOpenIDConnectProvider", on: provider)]
  }

  func run(_ call: Authorized<String>) async throws -> OperationOutput {
    try await registry.deleteOIDCProvider(call.value, in: call.place.account)
    return OperationOutput()
  }
}
