import Core
import Policy

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a session token holds, sealed. Tokens outlive restarts and take no room in the database.
struct SessionClaims: Codable, Sendable {
  /// Whose rights the session has, or a part of them.
  enum Holder: String, Codable, Sendable {
    case role
    case user
    /// A user's, for somebody else.
    case federatedUser
  }

  let keyID: String
  let secret: String
  let holder: Holder
  /// The ARN of the role or user.
  let holderARN: String
  let holderID: String
  let name: String
  /// Seconds since 1970.
  let issuedAt: Int64
  /// The same to the millisecond; nil in tokens of versions that did not tell it.
  let issuedAtMilliseconds: Int64?
  /// Seconds since 1970.
  let expiresAt: Int64
  let policy: String?
  let policyARNs: [String]
  let tags: [String: String]
  let transitiveTags: [String]
  let sourceIdentity: String?
  /// An ARN.
  let sourceFunction: String?
  /// An ARN; tokens of earlier versions have none.
  let federatedProvider: String?

  func principal(in account: AccountID) throws -> Principal {
    guard let arn = ARN(holderARN), let ownName = arn.resource.fields(separatedBy: "/").last.map(String.init) else {
      throw IdentityError(.malformedRecord, "a session is of nobody: `\(holderARN)`")
    }
    let time = WallTime(seconds: issuedAt)
    switch holder {
    case .role: return try roleSession(of: arn, ownName, at: time, in: account)
    case .user:
      return Principal(
        account: account, arn: arn, kind: .userSession(ownName, issuedAt: time), uniqueID: holderID,
        isAdministrator: false)
    case .federatedUser:
      let session = FederatedUser(
        name: name, user: arn, userID: holderID, issuedAt: time, policies: try documents(), policyARNs: policyARNs,
        tags: tags)
      return Principal(
        account: account, arn: Self.arn("federated-user/\(name)", in: account), kind: .federatedUser(session),
        uniqueID: "\(account):\(name)", isAdministrator: false)
    }
  }

  private func roleSession(
    of role: ARN, _ roleName: String, at time: WallTime, in account: AccountID
  ) throws -> Principal {
    let session = RoleSession(
      role: role, roleID: holderID, name: name, issuedAt: time, narrows: policy != nil || !policyARNs.isEmpty,
      policies: try documents(), policyARNs: policyARNs, tags: tags, transitiveTags: transitiveTags,
      sourceIdentity: sourceIdentity, sourceFunction: try function(), federatedProvider: federatedProvider)
    return Principal(
      account: account, arn: Self.arn("assumed-role/\(roleName)/\(name)", in: account), kind: .roleSession(session),
      uniqueID: "\(holderID):\(name)", isAdministrator: false)
  }

  private func documents() throws -> [PolicyDocument] {
    try policy.map { [try PolicyDocument(parsing: $0.utf8)] } ?? []
  }

  private static func arn(_ resource: String, in account: AccountID) -> ARN {
    ARN(service: "sts", region: "", account: account.description, resource: resource)
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
  /// - Parameters:
  ///   - arn: of the role or user.
  ///   - id: its unique id.
  init(
    _ request: SessionRequest, of holder: Holder, _ arn: ARN, id: String, _ credentials: AccessKeyCredentials,
    at now: WallTime
  ) {
    self.holder = holder
    keyID = credentials.accessKeyID.description
    secret = credentials.secretAccessKey
    holderARN = arn.description
    holderID = id
    name = request.name
    issuedAt = now.seconds
    issuedAtMilliseconds = now.milliseconds
    expiresAt = now.seconds + Int64(request.duration)
    policy = request.policy
    policyARNs = request.policyARNs
    tags = request.tags
    transitiveTags = request.transitiveTags
    sourceIdentity = request.sourceIdentity
    sourceFunction = request.sourceFunction?.description
    federatedProvider = request.federatedProvider
  }
}
