package import Core
import Storage

extension IdentityRegistry {
  /// - Throws: `IdentityFailure.entityAlreadyExists`, `.limitExceeded`.
  package func createGroup(_ name: String, path: String, in account: AccountID) async throws -> Group {
    let group = Group(
      account: account, name: name, path: path, uniqueID: uniqueID("AGPA"),
      createdAt: WallTime(seconds: time.wallTime().seconds))
    return try await change { [groups] transaction in
      guard try groups.find(name, in: account, transaction) == nil else {
        throw IdentityFailure.entityAlreadyExists("Group with name \(name) already exists.")
      }
      guard try groups.count(in: account, transaction) < IdentityQuotas.groups else {
        throw IdentityFailure.quotaExceeded("GroupsPerAccount", IdentityQuotas.groups)
      }
      try groups.insert(group, transaction)
      return group
    }
  }

  /// A group with its users after a name, in the order of their names.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func group(
    _ name: String, in account: AccountID, after user: String, limit: Int
  ) async throws -> (group: Group, users: [User]) {
    try await database.read { [groups] transaction in
      let group = try groups.require(name, in: account, transaction)
      let members = try groups.members(of: group, transaction)
      let users = try PrincipalStore.users(in: account, transaction)
        .filter { members.contains($0.uniqueID) && $0.name > user }
      return (group, Array(users.prefix(limit)))
    }
  }

  /// Groups after a name, in the order of their names.
  package func groups(
    in account: AccountID, pathPrefix: String, after name: String, limit: Int
  ) async throws -> [Group] {
    try await database.read { [groups] transaction in
      try groups.list(in: account, pathPrefix: pathPrefix, after: name, limit: limit, transaction)
    }
  }

  /// The groups of a user after a name, in the order of their names.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func groups(
    ofUser name: String, in account: AccountID, after group: String, limit: Int
  ) async throws -> [Group] {
    try await database.read { [groups] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      return Array(try groups.groups(of: user, transaction).filter { $0.name > group }.prefix(limit))
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.deleteConflict`.
  package func deleteGroup(_ name: String, in account: AccountID) async throws {
    try await change { [self] transaction in
      let group = try groups.require(name, in: account, transaction)
      guard try groups.members(of: group, transaction).isEmpty else {
        throw IdentityFailure.deleteConflict("Cannot delete entity, must remove users from group first.")
      }
      try requireNoPolicies(of: group.uniqueID, transaction)
      try groups.delete(group, transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.limitExceeded`.
  package func add(user name: String, toGroup group: String, in account: AccountID) async throws {
    try await change { [groups] transaction in
      let group = try groups.require(group, in: account, transaction)
      try PolicyOwner.requireChangeable(name, in: account, transaction)
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      try groups.add(user, to: group, transaction)
      guard try groups.groups(of: user, transaction).count <= IdentityQuotas.groupsPerUser else {
        throw IdentityFailure.quotaExceeded("GroupsPerUser", IdentityQuotas.groupsPerUser)
      }
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func remove(user name: String, fromGroup group: String, in account: AccountID) async throws {
    try await change { [groups] transaction in
      let group = try groups.require(group, in: account, transaction)
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      try groups.remove(user, from: group, transaction)
    }
  }
}
