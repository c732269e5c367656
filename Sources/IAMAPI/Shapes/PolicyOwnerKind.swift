import Core
import Identity
import Wire

/// What an operation on policies is for: the same operations exist for users, groups and roles.
protocol PolicyOwnerKind: Sendable {
  /// As in the names of operations, for example `User`.
  static var word: String { get }
  /// Characters of a name.
  static var longestName: Int { get }
  /// Characters of a name where the models have the longer limit of what is there already.
  static var longestExistingName: Int { get }
  static func owner(_ name: String) -> PolicyOwner
}

enum UserKind: PolicyOwnerKind {
  static let word = "User"
  static let longestName = 64
  static let longestExistingName = 128
  static func owner(_ name: String) -> PolicyOwner { .user(name) }
}

enum GroupKind: PolicyOwnerKind {
  static let word = "Group"
  static let longestName = 128
  static let longestExistingName = 128
  static func owner(_ name: String) -> PolicyOwner { .group(name) }
}

enum RoleKind: PolicyOwnerKind {
  static let word = "Role"
  static let longestName = 64
  static let longestExistingName = 64
  static func owner(_ name: String) -> PolicyOwner { .role(name) }
}

extension PolicyOwnerKind {
  /// The member that names it, for example `UserName`.
  static var member: String { word + "Name" }

  /// Reads the member that names it.
  static func name(_ members: inout MemberReader) throws(Fault) -> String {
    try members.entityName(member, longest: longestName)
  }

  /// As `name`, with the longer limit.
  static func existingName(_ members: inout MemberReader) throws(Fault) -> String {
    try members.entityName(member, longest: longestExistingName)
  }

  /// Without its path, which authorization fills in for what is there.
  static func resource(_ name: String, path: String = "/", at place: AccountRegion) -> String {
    ARN(
      service: "iam", region: "", account: place.account.description, resource: "\(word.lowercased())\(path)\(name)"
    ).description
  }
}
