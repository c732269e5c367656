import Core
import Policy

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a session token holds, sealed. Tokens outlive restarts and take no room in the database.
struct SessionClaims: Codable, Sendable {
  let keyID: String
  let secret: String
  let role: String
  let roleID: String
  let name: String
  /// Seconds since 1970.
  let issuedAt: Int64
  /// Seconds since 1970.
  let expiresAt: Int64
  let policy: String?
  let policyARNs: [String]
  let tags: [String: String]
  let transitiveTags: [String]
  let sourceIdentity: String?
  /// An ARN.
  let sourceFunction: String?

  func principal(in account: AccountID) throws -> Principal {
    guard let role = ARN(role), let roleName = role.resource.fields(separatedBy: "/").last else {
      throw IdentityError(.malformedRecord, "a session is of no role: `\(role)`")
    }
    let session = RoleSession(
      role: role, roleID: roleID, name: name, issuedAt: WallTime(seconds: issuedAt),
      narrows: policy != nil || !policyARNs.isEmpty,
      policies: try policy.map { [try PolicyDocument(parsing: $0.utf8)] } ?? [], policyARNs: policyARNs, tags: tags,
      transitiveTags: transitiveTags, sourceIdentity: sourceIdentity, sourceFunction: try function())
    let arn = ARN(
      service: "sts", region: "", account: account.description, resource: "assumed-role/\(roleName)/\(name)")
    return Principal(
      account: account, arn: arn, kind: .roleSession(session), uniqueID: "\(roleID):\(name)", isAdministrator: false)
  }

  private func function() throws(IdentityError) -> ARN? {
    guard let sourceFunction else { return nil }
    guard let arn = ARN(sourceFunction) else {
      throw IdentityError(.malformedRecord, "a session is of no function: `\(sourceFunction)`")
    }
    return arn
  }

  func encoded() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }

  init(decoding bytes: [UInt8]) throws { self = try JSONDecoder().decode(SessionClaims.self, from: Data(bytes)) }
}

extension SessionClaims {
  init(
    _ request: SessionRequest, of role: Role, _ credentials: AccessKeyCredentials, at now: WallTime
  ) {
    keyID = credentials.accessKeyID.description
    secret = credentials.secretAccessKey
    self.role = role.arn.description
    roleID = role.uniqueID
    name = request.name
    issuedAt = now.seconds
    expiresAt = now.seconds + Int64(request.duration)
    policy = request.policy
    policyARNs = request.policyARNs
    tags = request.tags
    transitiveTags = request.transitiveTags
    sourceIdentity = request.sourceIdentity
    sourceFunction = request.sourceFunction?.description
  }
}
