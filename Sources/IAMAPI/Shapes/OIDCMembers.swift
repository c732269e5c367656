import Core
import Identity
import Wire

/// Members of the operations on OpenID Connect providers.
extension MemberReader {
  mutating func oidcProviderARN() throws(Fault) -> String { try arn("OpenIDConnectProviderArn") }

  mutating func clientID() throws(Fault) -> String {
    let id = try requiredString("ClientID")
    check(id, at: "ClientID", lengths: 1...255)
    return id
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
    let scheme = "https://"
    let name = address.hasPrefix(scheme) ? String(address.dropFirst(scheme.count)) : address
    return ARN(
      service: "iam", region: "", account: place.account.description, resource: "oidc-provider/" + name
    ).description
  }
}
