package import Core
package import Policy

/// What a session of a role is, beyond the role: what was said when it was assumed.
package struct RoleSession: Hashable, Sendable {
  /// The role's ARN.
  package let role: ARN
  /// `AROA...`: a role made anew under the old name has another, and this session nothing of it.
  package let roleID: String
  package let name: String
  package let issuedAt: WallTime
  /// Whether the session was narrowed by policies.
  package let narrows: Bool
  package let policies: [PolicyDocument]
  /// Managed policies that narrow the session, too.
  package let policyARNs: [String]
  package let tags: [String: String]
  /// Names of tags that sessions assumed from this one have, too.
  package let transitiveTags: [String]
  /// Who began the chain of sessions, by their own account; stays in all of it.
  package let sourceIdentity: String?
  /// The function of whose execution environments one has the session; it ends with that environment.
  package let sourceFunction: ARN?
  /// The ARN of the provider who vouched for whom the session was begun for.
  package let federatedProvider: String?
}

/// Somebody whom a user lets do a part of what the user may.
package struct FederatedUser: Hashable, Sendable {
  package let name: String
  /// The ARN of the user who asked for the session.
  package let user: ARN
  /// `AIDA...`
  package let userID: String
  package let issuedAt: WallTime
  /// What the session may do at most, beside what `policyARNs` name; without any of both it may do nothing by itself.
  package let policies: [PolicyDocument]
  package let policyARNs: [String]
  package let tags: [String: String]
}

/// What is asked for when a role is assumed, or when a user asks for temporary credentials.
package struct SessionRequest: Sendable {
  package let name: String
  /// In seconds.
  package let duration: Int
  /// The text of a policy that narrows the session.
  package let policy: String?
  package let policyARNs: [String]
  package let tags: [String: String]
  package let transitiveTags: [String]
  package let sourceIdentity: String?
  /// The function for one of whose execution environments it is asked; nil: it is for whoever asks.
  package let sourceFunction: ARN?
  /// The ARN of the provider who vouches for whom it is for.
  package let federatedProvider: String?

  package init(
    name: String, duration: Int, policy: String? = nil, policyARNs: [String] = [], tags: [String: String] = [:],
    transitiveTags: [String] = [], sourceIdentity: String? = nil, sourceFunction: ARN? = nil,
    federatedProvider: String? = nil
  ) {
    self.name = name
    self.duration = duration
    self.policy = policy
    self.policyARNs = policyARNs
    self.tags = tags
    self.transitiveTags = transitiveTags
    self.sourceIdentity = sourceIdentity
    self.sourceFunction = sourceFunction
    self.federatedProvider = federatedProvider
  }
}

/// New credentials of a session.
package struct IssuedSession: Sendable {
  package let credentials: AccessKeyCredentials
  package let expiresAt: WallTime
  package let principal: Principal
}
