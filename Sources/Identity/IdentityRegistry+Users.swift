package import Core
import Storage

extension IdentityRegistry {
  /// - Parameter boundary: the ARN of the policy that bounds what the user can be allowed.
  /// - Throws: `IdentityFailure.entityAlreadyExists`, `.limitExceeded`, `.noSuchEntity` for the boundary.
  package func createUser(
    _ name: String, path: String, boundary: String?, tags: [String: String] = [:], in account: AccountID
  ) async throws -> UserDescription {
    let user = User(
      account: account, name: name, path: path, uniqueID: uniqueID("AIDA"),
      createdAt: WallTime(seconds: time.wallTime().seconds), isAdministrator: false)
    return try await change { [self] transaction in
      guard try PrincipalStore.findUser(name, in: account, transaction) == nil else {
        throw IdentityFailure.entityAlreadyExists("User with name \(name) already exists.")
      }
      guard try PrincipalStore.countUsers(in: account, transaction) < IdentityQuotas.users else {
        throw IdentityFailure.quotaExceeded("UsersPerAccount", IdentityQuotas.users)
      }
      try PrincipalStore.insert(user.principal, path: path, at: user.createdAt, in: transaction)
      if let boundary {
        try requireBoundary(boundary, in: account, transaction)
        try grants.setBoundary(boundary, of: user.uniqueID, transaction)
      }
      try setTags(tags, of: user.uniqueID, transaction)
      return UserDescription(user: user, boundary: boundary, tags: tags)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func user(_ name: String, in account: AccountID) async throws -> UserDescription {
    try await database.read { [grants, tags] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      return UserDescription(
        user: user, boundary: try grants.boundary(of: user.uniqueID, transaction),
        tags: try tags.tags(of: user.uniqueID, transaction))
    }
  }

  /// Users after a name, in the order of their names.
  package func users(
    in account: AccountID, pathPrefix: String, after name: String, limit: Int
  ) async throws -> [User] {
    try await database.read { transaction in
      try PrincipalStore.listUsers(in: account, pathPrefix: pathPrefix, after: name, limit: limit, transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.deleteConflict`.
  package func deleteUser(_ name: String, in account: AccountID) async throws {
    try await change { [self] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      guard !user.isAdministrator else {
        throw IdentityFailure.deleteConflict("Cannot delete entity, it is the account's administrator.")
      }
      guard try groups.groups(of: user, transaction).isEmpty else {
        throw IdentityFailure.deleteConflict("Cannot delete entity, must remove users from group first.")
      }
      try requireNoPolicies(of: user.uniqueID, transaction)
      guard try AccessKeyStore.keys(of: user.arn, transaction).isEmpty else {
        throw IdentityFailure.deleteConflict("Cannot delete entity, must delete access keys first.")
      }
      try grants.setBoundary(nil, of: user.uniqueID, transaction)
      try tags.removeAll(of: user.uniqueID, transaction)
      try PrincipalStore.delete(user, transaction)
    }
  }
}

/// A user with the ARN of the policy that bounds what the user can be allowed, and with the tags.
package struct UserDescription: Sendable {
  package let user: User
  package let boundary: String?
  package let tags: [String: String]
}
