package import Core
import Policy
import Storage

extension IdentityRegistry {
  /// - Parameter maximumSession: in seconds.
  /// - Throws: `IdentityFailure.entityAlreadyExists`, `.malformedPolicy`, `.limitExceeded`, `.noSuchEntity` for the
  ///   boundary.
  package func createRole(
    _ name: String, path: String, trustPolicy: String, description: String, maximumSession: Int, boundary: String?,
    tags: [String: String] = [:], in account: AccountID
  ) async throws -> RoleDescription {
    let trust = try Self.trust(trustPolicy)
    let unbound = Role(
      account: account, name: name, path: path, uniqueID: uniqueID("AROA"),
      createdAt: WallTime(seconds: time.wallTime().seconds), trustPolicy: trustPolicy, trustedIDs: [:],
      description: description, maximumSession: maximumSession)
    return try await change { [self] transaction in
      var role = unbound
      role.trustedIDs = try ids(of: trust, in: account, transaction)
      guard try roles.find(name, in: account, transaction) == nil else {
        throw IdentityFailure.entityAlreadyExists("Role with name \(name) already exists.")
      }
      guard try roles.count(in: account, transaction) < IdentityQuotas.roles else {
        throw IdentityFailure.quotaExceeded("RolesPerAccount", IdentityQuotas.roles)
      }
      try roles.insert(role, transaction)
      if let boundary {
        try requireBoundary(boundary, in: account, transaction)
        try grants.setBoundary(boundary, of: role.uniqueID, transaction)
      }
      try setTags(tags, of: role.uniqueID, transaction)
      return RoleDescription(role: role, boundary: boundary, tags: tags)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func role(_ name: String, in account: AccountID) async throws -> RoleDescription {
    try await database.read { [grants, roles, tags] transaction in
      let role = try roles.require(name, in: account, transaction)
      return RoleDescription(
        role: role, boundary: try grants.boundary(of: role.uniqueID, transaction),
        tags: try tags.tags(of: role.uniqueID, transaction))
    }
  }

  /// Roles after a name, in the order of their names.
  package func roles(
    in account: AccountID, pathPrefix: String, after name: String, limit: Int
  ) async throws -> [Role] {
    try await database.read { [roles] transaction in
      try roles.list(in: account, pathPrefix: pathPrefix, after: name, limit: limit, transaction)
    }
  }

  /// Members that are nil stay as they are.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`, `.malformedPolicy`, `.limitExceeded`.
  package func updateRole(
    _ name: String, trustPolicy: String? = nil, description: String? = nil, maximumSession: Int? = nil,
    in account: AccountID
  ) async throws {
    let trust = try trustPolicy.map(Self.trust)
    try await change { [self] transaction in
      var role = try roles.require(name, in: account, transaction)
      if let trust { role.trustedIDs = try ids(of: trust, in: account, transaction) }
      role.trustPolicy = trustPolicy ?? role.trustPolicy
      role.description = description ?? role.description
      role.maximumSession = maximumSession ?? role.maximumSession
      try roles.update(role, transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.deleteConflict`.
  package func deleteRole(_ name: String, in account: AccountID) async throws {
    try await change { [self] transaction in
      let role = try roles.require(name, in: account, transaction)
      try requireNoPolicies(of: role.uniqueID, transaction)
      try grants.setBoundary(nil, of: role.uniqueID, transaction)
      try tags.removeAll(of: role.uniqueID, transaction)
      try roles.delete(role, transaction)
    }
  }

  /// The unique ids of the account's own principals that a trust policy names.
  ///
  /// - Throws: `IdentityFailure.malformedPolicy` for one that is not there.
  private func ids(
    of trust: PolicyDocument, in account: AccountID, _ transaction: any Transaction
  ) throws -> [String: String] {
    let own = trust.principalARNs.filter { $0.hasPrefix("arn:aws:iam::\(account):") }
    guard !own.isEmpty else { return [:] }
    let known = Dictionary(
      try PrincipalStore.users(transaction).map { ($0.arn.description, $0.uniqueID) }
        + roles.all(transaction).map { ($0.arn.description, $0.uniqueID) }, uniquingKeysWith: { first, _ in first })
    return try Dictionary(
      uniqueKeysWithValues: own.map { arn in
        guard let id = known[arn] else { throw IdentityFailure.malformedPolicy(.invalidPrincipal(arn)) }
        return (arn, id)
      })
  }

  private static func trust(_ document: String) throws -> PolicyDocument {
    let policy = try check(document, as: .trust)
    guard IdentityQuotas.size(document) <= IdentityQuotas.trustPolicySize else {
      throw IdentityFailure.quotaExceeded("ACLSizePerRole", IdentityQuotas.trustPolicySize)
    }
    return policy
  }
}

/// A role with the ARN of the policy that bounds what its sessions can be allowed, and with its tags.
package struct RoleDescription: Sendable {
  package let role: Role
  package let boundary: String?
  package let tags: [String: String]
}
