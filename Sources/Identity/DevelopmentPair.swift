package import Core
import Wire

/// The key that everybody knows, `test` with the secret `test`, as scripts for emulators have it: it stands for the
/// administrator of one account. Only for a host on which everybody may do everything.
///
/// A web page in a browser on that host knows it, too. So it counts only in an Authorization header, which a page cannot
/// send without its `Origin` (Fetch Standard section 3.2), and only for a host that is this machine, which a name that
/// was bound anew is not.
package struct DevelopmentPair: Sendable {
  static let name = "test"
  private static let secret = "test"
  /// What browsers and proxies add and the clients of AWS do not (Fetch Standard section 3.2, Fetch Metadata section 2,
  /// RFC 7239, RFC 9110 section 7.6.3): a proxy on the host may hand on what comes from elsewhere.
  private static let marks: [String] = [
    "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "forwarded", "x-forwarded-for", "x-forwarded-host",
    "via",
  ]

  private let account: AccountID

  /// - Parameter account: whose administrator it stands for.
  package init(of account: AccountID) { self.account = account }

  /// The administrator's identity with the known secret; nil where the pair does not count.
  func identity(_ presented: PresentedSignature, _ head: RequestHead, in directory: AccessKeyDirectory)
    -> SigningIdentity?
  {
    guard presented.credentialName == Self.name, !presented.isPresigned, Self.isLocal(head), Self.isDirect(head),
      let administrator = directory.administrator(of: account)
    else { return nil }
    return SigningIdentity(key: administrator.key, principal: administrator.principal, secret: Self.secret)
  }

  /// Whether it comes from a program on this host, as far as its head tells.
  private static func isDirect(_ head: RequestHead) -> Bool {
    !head.headers.contains { header in marks.contains { HeaderName.matches(header.name, lowercased: $0) } }
  }

  /// An IPv4 address of 127.0.0.0/8, `[::1]` or `localhost`, with any port: no other name.
  private static func isLocal(_ head: RequestHead) -> Bool {
    guard let host = head.header("Host") else { return false }
    if host.hasPrefix("[") { return host == "[::1]" || host.hasPrefix("[::1]:") }
    let fields = host.fields(separatedBy: ":")
    guard fields.count <= 2, let name = fields.first?.lowercased() else { return false }
    let parts = name.fields(separatedBy: ".").map { UInt8($0) }
    return name == "localhost" || parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
  }
}
