import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the issuers whom the account trusts.
struct ListOpenIDConnectProviders: ControlOperation, IAMOperation {
  static let name = "ListOpenIDConnectProviders"

  let registry: IdentityRegistry

  struct Input: Sendable {}

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input()
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListOpenIDConnectProviders", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let providers = try await registry.oidcProviders(in: call.place.account)
    return OperationOutput([
      "OpenIDConnectProviderList": .array(providers.map { ["Arn": .string($0.arn.description)] })
    ])
  }
}
