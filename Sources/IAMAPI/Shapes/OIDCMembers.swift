import Core
import Identity
import Wire

/// An audience of the tokens of a provider.
struct ProviderClientID: Sendable {
  /// An ARN.
  let provider: String
  let id: String
}

/// Members of the operations on OpenID Connect providers.
extension MemberReader {
  mutating func oidcProviderARN() throws(Fault) -> String { try arn("OpenIDConnectProviderArn") }

  mutating func providerClientID() throws(Fault) -> ProviderClientID {
    let provider = try oidcProviderARN()
    let id = try requiredString("ClientID")
    check(id, at: "ClientID", lengths: 1...255)
    return ProviderClientID(provider: provider, id: id)
  }

  mutating func clientIDs() throws(Fault) -> [String] {
    let ids = try strings("ClientIDList") ?? []
    for id in ids { check(id, at: "clientIDList.member", lengths: 1...255) }
    return ids
  }

  /// nil when the member is not there.
  mutating func thumbprints() throws(Fault) -> [String]? {
    let thumbprints = try strings("ThumbprintList")
    for thumbprint in thumbprints ?? [] { check(thumbprint, at: "thumbprintList.member", lengths: 40...40) }
    return thumbprints
  }
}

extension IAMResource {
  /// The provider of that address; of an address that cannot be one, what it would be.
  static func oidcProvider(_ address: String, at place: AccountRegion) -> String {
    let scheme = HTTPSURL.scheme
    let name = address.hasPrefix(scheme) ? String(address.dropFirst(scheme.count)) : address
    return OIDCProvider.arn(name, in: place.account).description
  }
}
