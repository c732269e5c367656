import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives credentials to somebody whom a user lets do a part of what the user may.
struct GetFederationToken: ControlOperation, STSOperation {
  static let name = "GetFederationToken"
  static let unhonoured: [String: [JSONValue]] = ["MinimumSessionTokenSize": []]

  let services: STSServices

  struct Input: Sendable {
    let name: String
    /// In seconds.
    let duration: Int
    let scope: SessionScope
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let name = try members.requiredString("Name")
    members.check(name, at: "Name", lengths: 2...32)
    members.check(name, at: "Name", pattern: "[\\w+=,.@-]*") { $0.utf8.allSatisfy(NameCharacter.contains) }
    return Input(
      name: name, duration: try members.userSessionDuration(),
      scope: try SessionScope(&members, longestPolicy: 2048))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let resource = ARN(
      service: "sts", region: "", account: place.account.description, resource: "federated-user/\(input.name)"
    ).description
    let keys = AccessRequest.tagKeys(input.scope.tags)
    let federating = AccessRequest("sts:GetFederationToken", on: resource, keys: keys)
    return input.scope.tags.isEmpty
      ? [federating] : [federating, AccessRequest("sts:TagSession", on: resource, keys: keys)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try input.scope.check(services.identities, of: call.principal.account)
    let request = SessionRequest(
      name: input.name, duration: call.principal.sessionDuration(asked: input.duration), policy: input.scope.policy,
      policyARNs: input.scope.policyARNs,
      tags: input.scope.tags)
    let issued = try services.sessions.issueFederated(request, by: call.principal)
    var members: [String: JSONValue] = [
      "Credentials": issued.credentialMembers,
      "FederatedUser": [
        "FederatedUserId": .string(issued.principal.uniqueID), "Arn": .string(issued.principal.arn.description),
      ],
    ]
    if let percentage = input.scope.packedSize { members["PackedPolicySize"] = .integer(Int64(percentage)) }
    return OperationOutput(.object(members))
  }
}
