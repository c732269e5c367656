package import Core
import Storage

extension IdentityRegistry {
  /// - Throws: `IdentityFailure.entityAlreadyExists`, `.limitExceeded`, `.invalidInput` for an address or a thumbprint that
  ///   cannot be one.
  package func createOIDCProvider(
    _ address: String, clientIDs: [String], thumbprints: [String], tags: [String: String], in account: AccountID
  ) async throws -> OIDCProvider {
    guard let url = Self.issuer(address) else {
      throw IdentityFailure.invalidInput(
        "Invalid Open ID Connect Provider URL: it must be https, of a host with a name, without a query")
    }
    let provider = OIDCProvider(
      account: account, url: url, uniqueID: uniqueID("OIDC"), createdAt: WallTime(seconds: time.wallTime().seconds),
      clientIDs: clientIDs.uniqued, thumbprints: try Self.checked(thumbprints))
    try Self.check(clientIDs: provider.clientIDs)
    return try await change { [self] transaction in
      let known = try oidcProviders.all(in: account, transaction)
      guard !known.contains(where: { $0.url == url }) else {
        throw IdentityFailure.entityAlreadyExists("Provider with url \(address) already exists.")
      }
      guard known.count < IdentityQuotas.oidcProviders else {
        throw IdentityFailure.quotaExceeded("OpenIdConnectProvidersPerAccount", IdentityQuotas.oidcProviders)
      }
      try oidcProviders.insert(provider, transaction)
      try setTags(tags, of: provider.uniqueID, transaction)
      return provider
    }
  }

  /// With its tags.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func oidcProvider(
    _ arn: String, in account: AccountID
  ) async throws -> (provider: OIDCProvider, tags: [String: String]) {
    try await database.read { [oidcProviders, tags] transaction in
      let provider = try oidcProviders.require(arn, in: account, transaction)
      return (provider, try tags.tags(of: provider.uniqueID, transaction))
    }
  }

  /// In the order of their addresses.
  package func oidcProviders(in account: AccountID) async throws -> [OIDCProvider] {
    try await database.read { [oidcProviders] in try oidcProviders.all(in: account, $0) }
  }

  /// One that is not there makes no difference.
  package func deleteOIDCProvider(_ arn: String, in account: AccountID) async throws {
    try await change { [self] transaction in
      guard let provider = try oidcProviders.find(arn, in: account, transaction) else { return }
      try tags.removeAll(of: provider.uniqueID, transaction)
      try oidcProviders.delete(provider, transaction)
    }
  }

  /// One that is there already makes no difference.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`, `.limitExceeded`.
  package func addClientID(_ id: String, toOIDCProvider arn: String, in account: AccountID) async throws {
    try await changeOIDCProvider(arn, in: account) { provider in
      provider.clientIDs = (provider.clientIDs + [id]).uniqued
      try Self.check(clientIDs: provider.clientIDs)
    }
  }

  /// One that is not there makes no difference.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func removeClientID(_ id: String, fromOIDCProvider arn: String, in account: AccountID) async throws {
    try await changeOIDCProvider(arn, in: account) { provider in
      provider.clientIDs.removeAll { $0.utf8.elementsEqual(id.utf8) }
    }
  }

  /// Takes the place of all thumbprints that were there.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`, `.invalidInput`.
  package func setThumbprints(
    _ thumbprints: [String], ofOIDCProvider arn: String, in account: AccountID
  ) async throws {
    let checked = try Self.checked(thumbprints)
    try await changeOIDCProvider(arn, in: account) { $0.thumbprints = checked }
  }

  private func changeOIDCProvider(
    _ arn: String, in account: AccountID, _ change: @escaping @Sendable (inout OIDCProvider) throws -> Void
  ) async throws {
    try await self.change { [oidcProviders] transaction in
      var provider = try oidcProviders.require(arn, in: account, transaction)
      try change(&provider)
      try oidcProviders.update(provider, transaction)
    }
  }

  /// An issuer's address has no query (OpenID Connect Discovery 1.0 section 3).
  private static func issuer(_ address: String) -> HTTPSURL? {
    guard address.utf8.count <= 255, let url = HTTPSURL(address), url.query == nil else { return nil }
    return url
  }

  private static func check(clientIDs: [String]) throws(IdentityFailure) {
    guard clientIDs.count <= IdentityQuotas.clientIDsPerProvider else {
      throw .quotaExceeded("ClientIdsPerOpenIdConnectProvider", IdentityQuotas.clientIDsPerProvider)
    }
  }

  private static func checked(_ thumbprints: [String]) throws(IdentityFailure) -> [String] {
    let lower = thumbprints.map { $0.lowercased() }.uniqued
    guard lower.count <= IdentityQuotas.thumbprintsPerProvider else {
      throw .invalidInput("Thumbprint list must contain at most \(IdentityQuotas.thumbprintsPerProvider) entries.")
    }
    for thumbprint in lower where thumbprint.utf8.count != 40 || Hexadecimal.decode(thumbprint) == nil {
      throw .invalidInput("The thumbprint `\(thumbprint)` is not 40 hexadecimal digits.")
    }
    return lower
  }
}

extension [String] {
  /// Each once, compared by bytes, in the order of their first places.
  fileprivate var uniqued: [String] {
    var seen: Set<[UInt8]> = []
    return filter { seen.insert([UInt8]($0.utf8)).inserted }
  }
}
