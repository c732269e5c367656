import Core
import Storage

/// What policies hang on, by name.
package enum PolicyOwner: Hashable, Sendable {
  case user(String)
  case group(String)
  case role(String)
}

extension PolicyOwner {
  var name: String {
    switch self {
    case .user(let name), .group(let name), .role(let name): name
    }
  }

  /// As in IAM's messages.
  var word: String {
    switch self {
    case .user: "user"
    case .group: "group"
    case .role: "role"
    }
  }

  /// Characters of all inline policies together, white space left out.
  var inlinePoliciesSize: Int {
    switch self {
    case .user: 2048
    case .group: 5120
    case .role: 10_240
    }
  }

  /// The unique id of an entity that policies may be hung on: all but the administrator, who could be locked out.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`, `.unmodifiable`.
  func changeableID(in account: AccountID, _ transaction: any Transaction) throws -> String {
    if case .user(let name) = self { try Self.requireChangeable(name, in: account, transaction) }
    return try id(in: account, transaction)
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.unmodifiable` for the administrator.
  static func requireChangeable(_ user: String, in account: AccountID, _ transaction: any Transaction) throws {
    guard try !PrincipalStore.requireUser(user, in: account, transaction).isAdministrator else {
      throw IdentityFailure.unmodifiable("The account's administrator may do everything, which no policy changes.")
    }
  }

  /// The unique id of the entity.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  func id(in account: AccountID, _ transaction: any Transaction) throws -> String {
    switch self {
    case .user(let name): try PrincipalStore.requireUser(name, in: account, transaction).uniqueID
    case .group(let name): try GroupStore().require(name, in: account, transaction).uniqueID
    case .role(let name): try RoleStore().require(name, in: account, transaction).uniqueID
    }
  }
}
