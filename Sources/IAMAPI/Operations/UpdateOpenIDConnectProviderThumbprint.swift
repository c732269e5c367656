import Authorization
import Core
import Identity
import Wire

/// Puts other thumbprints in the place of a provider's.
struct UpdateOpenIDConnectProviderThumbprint: ControlOperation, IAMOperation {
  static let name = "UpdateOpenIDConnectProviderThumbprint"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let provider: String
    let thumbprints: [String]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let provider = try members.oidcProviderARN()
    let thumbprints = try members.thumbprints()
    if thumbprints == nil { members.note(nil, at: "ThumbprintList", "Member must not be null") }
    return Input(provider: provider, thumbprints: thumbprints ?? [])
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:UpdateOpenIDConnectProviderThumbprint", on: input.provider)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.setThumbprints(
      call.value.thumbprints, ofOIDCProvider: call.value.provider, in: call.place.account)
    return OperationOutput()
  }
}
