import Authorization
import Core
import Federation
import Identity
import JSON
import Wire

/// Gives credentials of a session of a role to whomever an identity provider vouches for. Nobody signs it: the token in the
/// body is the credential.
struct AssumeRoleWithWebIdentity: WebIdentityOperation, STSOperation {
  static let name = "AssumeRoleWithWebIdentity"
  /// A token and a policy, both percent-encoded, and ten ARNs.
  static let bodyLimit = 96 << 10
  static let unhonoured: [String: [JSONValue]] = ["ProviderId": [], "MinimumSessionTokenSize": []]

  let services: STSServices

  struct Input: Sendable {
    let role: String
    let sessionName: String
    let token: String
    /// In seconds.
    let duration: Int
    let scope: SessionScope
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let role = try members.roleARN()
    let name = try members.requiredString("RoleSessionName")
    members.checkSessionName(name, at: "RoleSessionName")
    let token = try members.requiredString("WebIdentityToken")
    if token.utf8.count > 20_000 {
      // Not repeated: it is a secret.
      members.note("", at: "WebIdentityToken", "Member must have length less than or equal to 20000")
    } else if token.utf8.count < 4 {
      members.note("", at: "WebIdentityToken", "Member must have length greater than or equal to 4")
    }
    let duration = try members.integer("DurationSeconds") ?? 3600
    members.check(duration, at: "DurationSeconds", in: 900...43_200)
    return Input(
      role: role, sessionName: name, token: token, duration: duration,
      scope: try SessionScope(policiesOf: &members, longestPolicy: 2048))
  }

  static func claim(_ input: Input) -> RoleClaim {
    RoleClaim(token: input.token, role: input.role, sessionName: input.sessionName)
  }

  func run(_ input: Input, as assumable: AssumableRole) async throws -> OperationOutput {
    let (role, identity) = (assumable.role, assumable.identity)
    try role.checkDuration(input.duration)
    let scope = try input.scope.tagged(by: identity.tags)
    try scope.check(services.identities, of: role.account)
    let request = SessionRequest(
      name: input.sessionName, duration: input.duration, policy: scope.policy, policyARNs: scope.policyARNs,
      tags: scope.tags, transitiveTags: identity.transitiveTags, sourceIdentity: identity.sourceIdentity,
      federatedProvider: identity.issuer.provider)
    let issued = try services.sessions.issue(request, of: role)
    var members: [String: JSONValue] = [
      "Credentials": issued.credentialMembers,
      "AssumedRoleUser": [
        "AssumedRoleId": .string(issued.principal.uniqueID), "Arn": .string(issued.principal.arn.description),
      ],
      "SubjectFromWebIdentityToken": .string(identity.subject),
      "Audience": .string(identity.audience),
      "Provider": .string(identity.issuer.provider),
    ]
    if let percentage = scope.packedSize { members["PackedPolicySize"] = .integer(Int64(percentage)) }
    if let source = identity.sourceIdentity { members["SourceIdentity"] = .string(source) }
    return OperationOutput(.object(members))
  }
}
