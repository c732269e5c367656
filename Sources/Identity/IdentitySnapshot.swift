import Core
import Policy

/// What decisions rest on, each document compiled once however often it is attached. Never changes.
final class IdentitySnapshot: Sendable {
  /// By unique id: what is made anew under an old name has nothing of it.
  private let own: [String: PrincipalPolicies]
  /// Managed policies by ARN.
  let managed: [String: PolicyDocument]
  /// Roles with their trust policies, by ARN.
  let trust: [String: (role: Role, policy: PolicyDocument)]
  /// ARNs by those that they would be without their paths, in lower case.
  let wholeARNs: [String: String]
  /// The unique ids of users, groups and roles, by ARN.
  let ids: [String: String]
  /// The users who have access keys, by key.
  let owners: [String: ARN]
  /// What condition keys ask of users, roles and policies, by ARN.
  let facts: [String: IdentityFacts]
  let oidcProviders: [ProviderKey: OIDCProvider]

  /// How tokens name a provider of an account: the issuer is ASCII.
  struct ProviderKey: Hashable {
    let account: AccountID
    let issuer: String
  }

  static let empty = IdentitySnapshot()

  private init() {
    (own, managed, trust, wholeARNs, ids, owners, facts, oidcProviders) = ([:], [:], [:], [:], [:], [:], [:], [:])
  }

  init(_ state: IdentityState) throws(IdentityError) {
    let managed = try Self.managed(state)
    self.managed = managed
    let attached = try Self.attached(state, managed)
    var own: [String: PrincipalPolicies] = [:]
    let groups = Dictionary(grouping: state.members, by: \.user).mapValues { $0.map(\.group) }
    func bounded(_ identity: [NamedPolicy], _ id: String) -> PrincipalPolicies {
      // A boundary that is not there bounds everything.
      let boundary = state.boundaries[id].map { managed[$0] ?? .nothing }
      return PrincipalPolicies(
        PolicySet(identity: identity.map(\.document), boundary: boundary), names: identity.map(\.name),
        tags: state.tags[id] ?? [:])
    }
    for user in state.users {
      var identity = attached[user.uniqueID] ?? []
      for group in groups[user.uniqueID] ?? [] { identity += attached[group] ?? [] }
      if user.isAdministrator, let all = managed[PlatformPolicies.administratorAccess] {
        identity.append(NamedPolicy(name: PlatformPolicies.administratorAccess, document: all))
      }
      own[user.uniqueID] = bounded(identity, user.uniqueID)
    }
    var trust: [String: (role: Role, policy: PolicyDocument)] = [:]
    for role in state.roles {
      own[role.uniqueID] = bounded(attached[role.uniqueID] ?? [], role.uniqueID)
      let policy = try Self.compile(role.trustPolicy, role.arn.description).naming(role.trustedIDs)
      trust[role.arn.description] = (role, policy)
    }
    for group in state.groups { own[group.uniqueID] = bounded(attached[group.uniqueID] ?? [], group.uniqueID) }
    let principals =
      state.users.map { ($0.arn.description, $0.uniqueID) } + state.groups.map { ($0.arn.description, $0.uniqueID) }
      + state.roles.map { ($0.arn.description, $0.uniqueID) }
    ids = Dictionary(principals, uniquingKeysWith: { first, _ in first })
    owners = Dictionary(
      state.keys.map { ($0.key.id.description, $0.key.principalARN) }, uniquingKeysWith: { first, _ in first })
    let tagged =
      principals + state.managedIDs.map { ($0.key, $0.value) }
      + state.oidcProviders.map { ($0.arn.description, $0.uniqueID) }
    oidcProviders = Dictionary(
      state.oidcProviders.map { (ProviderKey(account: $0.account, issuer: $0.url.description), $0) },
      uniquingKeysWith: { first, _ in first })
    facts = Dictionary(
      tagged.map { arn, id in (arn, IdentityFacts(tags: state.tags[id] ?? [:], boundary: state.boundaries[id])) },
      uniquingKeysWith: { first, _ in first })
    self.own = own
    self.trust = trust
    let entities =
      state.users.map { ($0.arn, "user/" + $0.name) } + state.groups.map { ($0.arn, "group/" + $0.name) }
      + state.roles.map { ($0.arn, "role/" + $0.name) }
    wholeARNs = Dictionary(
      entities.map { arn, name in
        let short = ARN(service: "iam", region: "", account: arn.account, resource: name)
        return (short.description.lowercased(), arn.description)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Temporary credentials are of the user whom they name: of one with another name they are not.
  func isThere(_ principal: Principal) -> Bool {
    switch principal.kind {
    case .user, .roleSession: isThere(principal.holderID)
    case .userSession: ids[principal.arn.description] == principal.holderID
    case .federatedUser(let session): ids[session.user.description] == principal.holderID
    }
  }

  /// - Parameter id: the unique id of a user, group or role.
  func isThere(_ id: String) -> Bool { own[id] != nil }

  func policies(of principal: Principal) -> PrincipalPolicies? {
    guard let holder = own[principal.holderID] else { return nil }
    return switch principal.kind {
    case .user, .userSession: holder
    case .roleSession(let session):
      session.narrows ? narrowed(holder, session.policies, session.policyARNs) : holder
    case .federatedUser(let session): narrowed(holder, session.policies, session.policyARNs)
    }
  }

  /// - Parameter arns: of managed policies; one that is gone narrows to nothing.
  private func narrowed(
    _ holder: PrincipalPolicies, _ documents: [PolicyDocument], _ arns: [String]
  ) -> PrincipalPolicies {
    var set = holder.set
    set.session = documents + arns.map { managed[$0] ?? .nothing }
    return PrincipalPolicies(set, names: holder.names, tags: holder.tags)
  }

  /// Those of a user with the groups, of a group, or of a role.
  func policies(of arn: String) -> PrincipalPolicies? { ids[arn].flatMap { own[$0] } }

  private struct NamedPolicy {
    /// An ARN, or the name of an inline policy.
    let name: String
    let document: PolicyDocument
  }

  private static func managed(_ state: IdentityState) throws(IdentityError) -> [String: PolicyDocument] {
    var managed: [String: PolicyDocument] = [:]
    for entry in PlatformPolicies.entries { managed[entry.arn] = try compile(entry.document, entry.arn) }
    for (arn, document) in state.managed { managed[arn] = try compile(document, arn) }
    return managed
  }

  /// The documents that hang on users, groups and roles, by unique id.
  private static func attached(
    _ state: IdentityState, _ managed: [String: PolicyDocument]
  ) throws(IdentityError) -> [String: [NamedPolicy]] {
    var attached: [String: [NamedPolicy]] = [:]
    for attachment in state.attachments {
      guard let document = managed[attachment.policy] else {
        throw IdentityError(.malformedRecord, "an attached policy is not there: `\(attachment.policy)`")
      }
      attached[attachment.principal, default: []].append(NamedPolicy(name: attachment.policy, document: document))
    }
    for inline in state.inline {
      let document = try compile(inline.document, inline.name)
      attached[inline.principal, default: []].append(NamedPolicy(name: inline.name, document: document))
    }
    return attached
  }

  private static func compile(_ text: String, _ name: String) throws(IdentityError) -> PolicyDocument {
    do {
      return try PolicyDocument(parsing: text.utf8)
    } catch {
      throw IdentityError(.malformedRecord, "policy `\(name)` cannot be read: \(error.message)")
    }
  }
}

extension Principal {
  /// The unique id of the user or role whose policies count.
  var holderID: String {
    switch kind {
    case .user, .userSession: uniqueID
    case .roleSession(let session): session.roleID
    case .federatedUser(let session): session.userID
    }
  }
}

/// What condition keys ask of a resource of IAM.
package struct IdentityFacts: Hashable, Sendable {
  package var tags: [String: String] = [:]
  /// The ARN of the permissions boundary.
  package var boundary: String?

  package init(tags: [String: String] = [:], boundary: String? = nil) {
    self.tags = tags
    self.boundary = boundary
  }
}
