import Core

/// Who asks, as policies see them.
package struct Caller: Hashable, Sendable {
  package let kind: Kind
  /// The account that the caller belongs to; nil for those who belong to none.
  package let account: String?
  /// Whether this is a role that AWS links to one of its own services, which no guardrail binds. No name makes one: a
  /// customer could choose it.
  let isServiceLinked: Bool

  package enum Kind: Hashable, Sendable {
    /// - Parameter uniqueID: `AIDA...`, which a later user of the same name does not have; nil where it is not known.
    case user(arn: String, uniqueID: String?)
    /// - Parameters:
    ///   - role: the ARN of the role.
    ///   - roleID: `AROA...`; nil where it is not known.
    case roleSession(arn: String, role: String, roleID: String?)
    /// - Parameters:
    ///   - user: the ARN of the user who asked for the session; nil where it is not known.
    ///   - userID: `AIDA...` of that user; nil where it is not known.
    case federatedUser(arn: String, user: String?, userID: String? = nil)
    /// The account itself.
    case root
    /// A service of the platform, such as `lambda.amazonaws.com`.
    case service(String)
    /// Whoever an identity provider vouches for.
    case webIdentity(provider: String)
    case anonymous
  }

  package init(_ kind: Kind, account: String?) { self.init(kind, account: account, isServiceLinked: false) }

  init(_ kind: Kind, account: String?, isServiceLinked: Bool) {
    self.kind = kind
    self.account = account
    self.isServiceLinked = isServiceLinked
  }
}

extension Caller {
  /// The ARN, or what stands for it.
  package var name: String {
    switch kind {
    case .user(let arn, _), .roleSession(let arn, _, _), .federatedUser(let arn, _, _): arn
    case .root: "arn:aws:iam::\(account ?? ""):root"
    case .service(let name): name
    case .webIdentity(let provider): provider
    case .anonymous: "*"
    }
  }

  /// What a principal of a policy can name.
  enum Identity: Hashable, Sendable {
    case principal(arn: String, uniqueID: String?)
    case account(String)
    case service(String)
    case federated(String)
    case nobody
  }

  var identity: Identity {
    switch kind {
    case .user(let arn, let id): .principal(arn: arn, uniqueID: id)
    case .roleSession(let arn, _, let roleID):
      .principal(arn: arn, uniqueID: roleID.map { "\($0):\(arn.fields(separatedBy: "/").last ?? "")" })
    case .federatedUser(let arn, _, _): .principal(arn: arn, uniqueID: nil)
    case .root: account.map { .account($0) } ?? .nobody
    case .service(let name): .service(name.lowercased())
    case .webIdentity(let provider): .federated(provider)
    case .anonymous: .nobody
    }
  }

  /// The role of a session, or the user who federated the caller.
  var parent: Identity? {
    switch kind {
    case .roleSession(_, let role, let id): .principal(arn: role, uniqueID: id)
    case .federatedUser(_, let user, let id): user.map { .principal(arn: $0, uniqueID: id) }
    case .user, .root, .service, .webIdentity, .anonymous: nil
    }
  }

  /// The account, for those who are of one.
  var accountIdentity: Identity? {
    switch kind {
    case .user, .roleSession, .federatedUser, .root: account.map { .account($0) }
    case .service, .webIdentity, .anonymous: nil
    }
  }

  /// Everything that the caller is, from the account down.
  var chain: [Identity] { [accountIdentity, parent, identity].compactMap(\.self) }

  /// Whether policies of identities say what the caller may do.
  var hasIdentityPolicies: Bool {
    switch kind {
    case .user, .roleSession, .federatedUser: true
    case .root, .service, .webIdentity, .anonymous: false
    }
  }
}
