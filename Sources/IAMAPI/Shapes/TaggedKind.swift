import Core
import Identity
import Wire

/// What an operation on tags is for: the same operations exist for users, roles, managed policies and providers.
protocol TaggedKind: Sendable {
  /// As in the names of operations, for example `User`.
  static var word: String { get }
  /// Reads the member that names it.
  static func name(_ members: inout MemberReader) throws(Fault) -> String
  static func entity(_ name: String) -> TaggedIdentity
  static func resource(_ name: String, at place: AccountRegion) -> String
}

enum TaggedUser: TaggedKind {
  static let word = UserKind.word
  static func name(_ members: inout MemberReader) throws(Fault) -> String { try UserKind.existingName(&members) }
  static func entity(_ name: String) -> TaggedIdentity { .user(name) }
  static func resource(_ name: String, at place: AccountRegion) -> String { UserKind.resource(name, at: place) }
}

enum TaggedRole: TaggedKind {
  static let word = RoleKind.word
  static func name(_ members: inout MemberReader) throws(Fault) -> String { try RoleKind.name(&members) }
  static func entity(_ name: String) -> TaggedIdentity { .role(name) }
  static func resource(_ name: String, at place: AccountRegion) -> String { RoleKind.resource(name, at: place) }
}

enum TaggedPolicy: TaggedKind {
  static let word = "Policy"
  static func name(_ members: inout MemberReader) throws(Fault) -> String { try members.policyARN() }
  static func entity(_ name: String) -> TaggedIdentity { .policy(name) }
  static func resource(_ name: String, at place: AccountRegion) -> String { name }
}

enum TaggedOIDCProvider: TaggedKind {
  static let word = "OpenIDConnectProvider"
  static func name(_ members: inout MemberReader) throws(Fault) -> String { try members.oidcProviderARN() }
  static func entity(_ name: String) -> TaggedIdentity { .oidcProvider(name) }
  static func resource(_ name: String, at place: AccountRegion) -> String { name }
}
