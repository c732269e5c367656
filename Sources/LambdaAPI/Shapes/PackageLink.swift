import Authorization
import Core
import Identity
import Wire

/// How a caller reached this server: a link leads back the same way and is judged as the caller is.
struct LinkOrigin: Sendable {
  /// As the client addressed this server.
  let host: String?
  let sessionToken: String?
}

extension MemberReader {
  var linkOrigin: LinkOrigin {
    LinkOrigin(host: request.head.header("Host"), sessionToken: request.head.header("X-Amz-Security-Token"))
  }
}

extension Authorized {
  /// Whether the caller is of the account that the operation works in: a link then needs no account.
  var isWithinAccount: Bool { place.account == principal.account }
}

extension LambdaServices {
  /// As long as a link to a package holds good (Lambda, "GetFunction" and "GetLayerVersion").
  private static let linkLifetime = Duration.seconds(600)

  /// A link to a package that Redoubt's own API serves.
  ///
  /// - Returns: nil when the caller's key was withdrawn meanwhile.
  func link<Input>(to path: String, _ origin: LinkOrigin, _ call: Authorized<Input>) -> String? {
    guard let host = origin.host else { return nil }
    return presigner.url(
      path, host: host, service: "redoubt", region: call.place.region, key: call.accessKeyID,
      token: origin.sessionToken, lifetime: Self.linkLifetime)
  }
}
