package import Core
package import Federation
package import Identity
import JSON
import Policy
import Wire

/// What the bearer of a token asks for.
package struct RoleClaim: Sendable {
  /// The text of an ID token.
  package let token: String
  /// The ARN of the role, as the caller wrote it.
  package let role: String
  package let sessionName: String

  package init(token: String, role: String, sessionName: String) {
    self.token = token
    self.role = role
    self.sessionName = sessionName
  }
}

/// A role that a web identity may assume: proof that the token was verified and that the trust policy allows it.
///
/// INVARIANT: made only by `WebIdentityRoles`, in this module.
package struct AssumableRole: Sendable {
  package let role: Role
  package let identity: VerifiedWebIdentity

  fileprivate init(role: Role, identity: VerifiedWebIdentity) {
    self.role = role
    self.identity = identity
  }
}

/// Roles that those take on for whom identity providers vouch: the token is verified, then the trust policy decides.
package struct WebIdentityRoles: Sendable {
  private let verifier: WebIdentityVerifier
  private let identities: IdentityDirectory
  private let organization: OrganizationDirectory
  private let time: any TimeSource
  private let log: DecisionLog

  /// - Parameter log: keeps each decision about a verified identity.
  package init(
    verifier: WebIdentityVerifier, identities: IdentityDirectory, organization: OrganizationDirectory,
    time: any TimeSource, log: DecisionLog
  ) {
    self.organization = organization
    self.verifier = verifier
    self.identities = identities
    self.time = time
    self.log = log
  }

  /// - Parameters:
  ///   - request: which addresses the account that the role is said to be of.
  ///   - proved: hears who it is, before it is known what they may.
  /// - Throws: `WebIdentityFailure` for the token; a denial, whether the role is not there or does not trust.
  func role(
    _ claim: RoleClaim, in request: OperationRequest, of wire: WireProtocol, proved: @Sendable (String) -> Void
  ) async throws -> AssumableRole {
    let identity = try await verifier.verify(claim.token, for: request.place.account)
    proved(identity.name)
    let keys = keys(identity, claim, request)
    // Before the decision: one that is made anew meanwhile, under the same name, is not meant.
    let role = identities.role(claim.role)
    for action in Self.actions(identity) where !decide(action, claim, identity, keys, request).isAllowed {
      throw Fault(
        code: wire.denialCode, status: wire.denialStatus, message: "Not authorized to perform \(action)")
    }
    guard let role else {
      throw Fault(
        code: wire.denialCode, status: wire.denialStatus, message: "Not authorized to perform \(Self.assuming)")
    }
    return AssumableRole(role: role, identity: identity)
  }

  private static let assuming = "sts:AssumeRoleWithWebIdentity"

  /// What has to be allowed, in this order.
  private static func actions(_ identity: VerifiedWebIdentity) -> [String] {
    [assuming] + (identity.tags.isEmpty ? [] : ["sts:TagSession"])
      + (identity.sourceIdentity == nil ? [] : ["sts:SetSourceIdentity"])
  }

  /// A role that is not there has no trust policy, which allows nothing.
  private func decide(
    _ action: String, _ claim: RoleClaim, _ identity: VerifiedWebIdentity, _ keys: ConditionKeys,
    _ request: OperationRequest
  ) -> PolicyDecision {
    let question = PolicyQuestion(
      caller: Caller(.webIdentity(provider: identity.issuer.provider), account: nil), action: action,
      resource: claim.role, resourceAccount: identity.account.description, keys: keys)
    // An account that is suspended lets nobody in.
    let bounds = organization.guardrails(of: identity.account.description)
    let policies = PolicySet(
      resource: bounds == nil ? nil : identities.resourcePolicy(of: claim.role),
      resourceGuardrails: bounds?.resourceControls.documents ?? [])
    let decision = PolicyEvaluator.decide(question, by: policies)
    log.add(
      DecisionRecord(
        requestID: request.requestID, account: identity.account, time: time.wallTime(), question: question,
        decision: decision, policies: DecisionRecord.Policies(nil, policies, (.none, bounds?.resourceControls ?? .none))
      ),
      isInside: request.source.isEnvironment, isOfStranger: true)
    return decision
  }

  /// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
  private func keys(
    _ identity: VerifiedWebIdentity, _ claim: RoleClaim, _ request: OperationRequest
  ) -> ConditionKeys {
    var keys = ConditionKeys()
    keys.add(request.head, from: request.source, at: time.wallTime())
    keys["aws:PrincipalIsAWSService"] = .single("false")
    keys["aws:RequestedRegion"] = .single(request.place.region.description)
    keys["aws:ResourceAccount"] = .single(identity.account.description)
    for (name, value) in identities.facts(of: claim.role).tags { keys["aws:ResourceTag/" + name] = .single(value) }
    keys["aws:FederatedProvider"] = .single(identity.issuer.provider)
    let issuer = identity.issuer.name
    keys[issuer + ":sub"] = .single(identity.subject)
    keys[issuer + ":aud"] = .single(identity.audience)
    keys[issuer + ":oaud"] = .list(identity.audiences)
    if !identity.methods.isEmpty { keys[issuer + ":amr"] = .list(identity.methods) }
    keys["sts:RoleSessionName"] = .single(claim.sessionName)
    keys["sts:SourceIdentity"] = identity.sourceIdentity.map { .single($0) }
    if !identity.transitiveTags.isEmpty { keys["sts:TransitiveTagKeys"] = .list(identity.transitiveTags) }
    if !identity.tags.isEmpty { keys["aws:TagKeys"] = .list(identity.tags.keys.sorted()) }
    for (name, value) in identity.tags { keys["aws:RequestTag/" + name] = .single(value) }
    return keys
  }
}

/// The providers of accounts. One that is suspended has none: nothing is fetched for it, and nobody hears that it is there.
package struct ActiveIssuers: TrustedIssuers {
  private let identities: IdentityDirectory
  private let organization: OrganizationDirectory

  package init(identities: IdentityDirectory, organization: OrganizationDirectory) {
    self.identities = identities
    self.organization = organization
  }

  package func issuer(_ url: String, of account: AccountID) -> TrustedIssuer? {
    guard organization.isActive(account), let provider = identities.oidcProvider(issuer: url, in: account)
    else { return nil }
    return TrustedIssuer(
      provider: provider.arn.description, url: provider.url, clientIDs: provider.clientIDs,
      thumbprints: provider.thumbprints)
  }
}
