package import Core
import Storage

/// Another name or another path for something; nil leaves it as it is.
package struct Renaming: Hashable, Sendable {
  package let name: String?
  package let path: String?

  package init(name: String?, path: String?) {
    self.name = name
    self.path = path
  }
}

/// The unique id stays, and with it policies, memberships and whom policies of others mean.
extension IdentityRegistry {
  /// Temporary credentials of the user, which name who they were made for, are worth nothing from then on.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`, `.entityAlreadyExists`, `.unmodifiable`.
  package func renameUser(_ name: String, _ renaming: Renaming, in account: AccountID) async throws {
    try await change { [keys] transaction in
      try PolicyOwner.requireChangeable(name, in: account, transaction)
      let old = try PrincipalStore.requireUser(name, in: account, transaction)
      let new = User(
        account: account, name: renaming.name ?? old.name, path: renaming.path ?? old.path, uniqueID: old.uniqueID,
        createdAt: old.createdAt, isAdministrator: old.isAdministrator)
      if let holder = try PrincipalStore.findUser(new.name, in: account, transaction), holder.uniqueID != old.uniqueID {
        throw IdentityFailure.entityAlreadyExists("User with name \(new.name) already exists.")
      }
      try PrincipalStore.update(new, transaction)
      try keys.move(from: old.principal, to: new.principal, transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.entityAlreadyExists`.
  package func renameGroup(_ name: String, _ renaming: Renaming, in account: AccountID) async throws {
    try await change { [groups] transaction in
      let old = try groups.require(name, in: account, transaction)
      let new = Group(
        account: account, name: renaming.name ?? old.name, path: renaming.path ?? old.path, uniqueID: old.uniqueID,
        createdAt: old.createdAt)
      if let holder = try groups.find(new.name, in: account, transaction), holder.uniqueID != old.uniqueID {
        throw IdentityFailure.entityAlreadyExists("Group with name \(new.name) already exists.")
      }
      try groups.update(new, transaction)
    }
  }
}
