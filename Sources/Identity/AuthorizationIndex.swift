import Core
import Policy

/// Finds in an account's details what policies an identity has, and who has a policy.
struct AuthorizationIndex {
  private let details: AuthorizationDetails

  init(_ details: AuthorizationDetails) { self.details = details }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.invalidInput` for an ARN that is not one of a user, group or role.
  func policies(of arn: String) throws -> [HungPolicy] {
    let found: [HungPolicy]?
    switch try Self.kind(arn) {
    case "user": found = try details.users.first { $0.user.arn.description == arn }.map(policies)
    case "group":
      found = try details.groups.first { $0.group.arn.description == arn }
        .map { try hung($0.policies, on: .group($0.group.name)) }
    case "role":
      found = try details.roles.first { $0.role.arn.description == arn }
        .map { try hung($0.policies, on: .role($0.role.name)) }
    default: throw IdentityFailure.invalidInput("The ARN \(arn) is not of a user, a group or a role.")
    }
    guard let found else { throw Self.missing(arn) }
    return found
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.invalidInput` for an ARN that is not one of IAM's.
  func subject(_ arn: String) throws -> AccessSubject {
    switch try Self.kind(arn) {
    case "policy":
      guard let found = details.policies.first(where: { $0.policy.policy.arn == arn }) else { throw Self.missing(arn) }
      let document = try Self.document(in: found.versions, arn)
      return AccessSubject(policies: [document], entities: entities(withPolicy: arn))
    case "group":
      let policies = try policies(of: arn)
      let members = details.users.filter { $0.groups.contains { $0.arn.description == arn } }
      return AccessSubject(policies: policies.map(\.document), entities: members.map { Self.entity($0.user) })
    default:
      let own =
        details.users.filter { $0.user.arn.description == arn }.map { Self.entity($0.user) }
        + details.roles.filter { $0.role.arn.description == arn }.map { Self.entity($0.role) }
      return AccessSubject(policies: try policies(of: arn).map(\.document), entities: own)
    }
  }

  private func policies(
    of found: (user: User, groups: [Group], policies: HangingPolicies)
  ) throws -> [HungPolicy] {
    var policies = try hung(found.policies, on: .user(found.user.name))
    if found.user.isAdministrator {
      policies += try hung(PlatformPolicies.administratorAccess, on: .user(found.user.name))
    }
    for group in details.groups where found.groups.contains(where: { $0.uniqueID == group.group.uniqueID }) {
      policies += try hung(group.policies, on: .group(group.group.name))
    }
    return policies
  }

  private func hung(_ policies: HangingPolicies, on owner: PolicyOwner) throws -> [HungPolicy] {
    let inline = try policies.inline.map { name, text in
      HungPolicy(name: name, arn: nil, owner: owner, document: try PolicyDocument(parsing: text.utf8))
    }
    return try inline + policies.attached.flatMap { try hung($0.arn, on: owner) }
  }

  private func hung(_ arn: String, on owner: PolicyOwner) throws -> [HungPolicy] {
    guard let found = details.policies.first(where: { $0.policy.policy.arn == arn }) else { return [] }
    let document = try Self.document(in: found.versions, arn)
    return [HungPolicy(name: found.policy.policy.name, arn: arn, owner: owner, document: document)]
  }

  private func entities(withPolicy arn: String) -> [AccessReport.Entity] {
    func has(_ policies: HangingPolicies) -> Bool { policies.attached.contains { $0.arn == arn } }
    let groups = Set(details.groups.filter { has($0.policies) }.map(\.group.uniqueID))
    let isAdministrators = arn == PlatformPolicies.administratorAccess
    let users = details.users.filter { found in
      has(found.policies) || found.groups.contains { groups.contains($0.uniqueID) }
        || isAdministrators && found.user.isAdministrator
    }
    return users.map { Self.entity($0.user) } + details.roles.filter { has($0.policies) }.map { Self.entity($0.role) }
  }

  private static func document(in versions: [ManagedPolicyVersion], _ arn: String) throws -> PolicyDocument {
    guard let version = versions.first(where: \.isDefault) else {
      throw IdentityError(.malformedRecord, "no version of policy `\(arn)` is in force")
    }
    return try PolicyDocument(parsing: version.document.utf8)
  }

  private static func entity(_ user: User) -> AccessReport.Entity {
    AccessReport.Entity(
      arn: user.arn.description, name: user.name, isRole: false, uniqueID: user.uniqueID, path: user.path)
  }

  private static func entity(_ role: Role) -> AccessReport.Entity {
    AccessReport.Entity(
      arn: role.arn.description, name: role.name, isRole: true, uniqueID: role.uniqueID, path: role.path)
  }

  /// `user`, `group`, `role` or `policy`.
  private static func kind(_ arn: String) throws -> Substring {
    let kinds: Set<Substring> = ["user", "group", "role", "policy"]
    // Beyond ASCII two texts may compare equal that policies tell apart byte by byte.
    guard arn.utf8.allSatisfy({ $0 < 0x80 }), let parsed = ARN(arn), parsed.service == "iam",
      let kind = parsed.resource.fields(separatedBy: "/").first, kinds.contains(kind)
    else { throw IdentityFailure.invalidInput("The ARN \(arn) is not of a user, a group, a role or a policy.") }
    return kind
  }

  private static func missing(_ arn: String) -> IdentityFailure {
    .noSuchEntity("The entity \(arn) cannot be found.")
  }
}
