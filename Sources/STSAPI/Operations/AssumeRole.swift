import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives credentials of a session of a role to whom the role trusts.
struct AssumeRole: ControlOperation, STSOperation {
  static let name = "AssumeRole"
  static let unhonoured: [String: [JSONValue]] = [
    "SerialNumber": [], "TokenCode": [], "ProvidedContexts": [[]], "MinimumSessionTokenSize": [],
  ]

  let services: STSServices

  struct Input: Sendable {
    let role: String
    let session: SessionMembers
    let externalID: String?
  }

  /// The longest session of a role that a session has assumed, in seconds.
  private static let longestOfChain = 3600

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let role = try members.roleARN()
    let externalID = try members.string("ExternalId")
    members.check(externalID, at: "ExternalId", lengths: 2...1224)
    members.check(externalID, at: "ExternalId", pattern: "[\\w+=,.@:\\/-]*") { text in
      text.utf8.allSatisfy { NameCharacter.contains($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") }
    }
    return Input(role: role, session: try SessionMembers(&members), externalID: externalID)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    var keys = input.session.keys
    keys["sts:ExternalId"] = input.externalID.map { .string($0) }
    var tagging = AccessRequest("sts:TagSession", on: input.role, keys: keys)
    if input.session.scope.tags.isEmpty { tagging.occasion = .tagsAreInherited }
    var naming = AccessRequest("sts:SetSourceIdentity", on: input.role, keys: keys)
    if input.session.sourceIdentity == nil { naming.occasion = .sourceIdentityIsInherited }
    return [AccessRequest("sts:AssumeRole", on: input.role, keys: keys), tagging, naming]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let session = call.value.session
    // What is no role, or none any more, is nothing that anybody may assume.
    guard let role = services.identities.role(call.value.role) else {
      throw STSAPI.service.wireProtocol.denial(of: call.principal, "sts:AssumeRole", on: call.value.role)
    }
    try check(session, role, call.principal)
    let issued = try services.sessions.issue(try session.request(from: call.principal), of: role)
    var members: [String: JSONValue] = [
      "Credentials": issued.credentialMembers,
      "AssumedRoleUser": [
        "AssumedRoleId": .string(issued.principal.uniqueID), "Arn": .string(issued.principal.arn.description),
      ],
    ]
    if let percentage = session.scope.packedSize { members["PackedPolicySize"] = .integer(Int64(percentage)) }
    if case .roleSession(let new) = issued.principal.kind, let source = new.sourceIdentity {
      members["SourceIdentity"] = .string(source)
    }
    return OperationOutput(.object(members))
  }

  private func check(_ session: SessionMembers, _ role: Role, _ caller: Principal) throws {
    try role.checkDuration(session.duration)
    if case .roleSession = caller.kind, session.duration > Self.longestOfChain {
      throw STSErrors.validation(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
    }
    try session.scope.check(services.identities, of: role.account)
  }
}
