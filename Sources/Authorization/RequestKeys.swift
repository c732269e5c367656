import Core
import Identity
import JSON
import Policy
import Wire

/// The global condition keys of a request: what AWS lists under
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and is known here.
struct RequestKeys {
  let request: Authenticated<OperationRequest>
  let access: AccessRequest
  let principalTags: [String: String]
  let resource: String
  let policies: any PolicySource
  let resourceAccount: String
  let now: WallTime
  /// Whether it is left out what the resource itself is like: nothing then tells whether it is there.
  var hidesResource = false

  var keys: ConditionKeys {
    var keys = ConditionKeys()
    let principal = request.principal
    keys["aws:PrincipalAccount"] = .single(principal.account.description)
    keys["aws:PrincipalIsAWSService"] = .single("false")
    keys["aws:userid"] = .single(principal.uniqueID)
    for (name, value) in principalTags { keys["aws:PrincipalTag/" + name] = .single(value) }
    let facts = hidesResource ? IdentityFacts() : policies.facts(of: resource)
    for (name, value) in facts.tags {
      keys["aws:ResourceTag/" + name] = .single(value)
      if access.action.hasPrefix("iam:") { keys["iam:ResourceTag/" + name] = .single(value) }
    }
    switch principal.kind {
    case .user(let name): Self.add(user: name, principal, to: &keys)
    case .userSession(let name, let issuedAt):
      Self.add(user: name, principal, to: &keys)
      Self.add(temporarySince: issuedAt, to: &keys)
    case .federatedUser(let session):
      keys["aws:PrincipalArn"] = .single(principal.arn.description)
      keys["aws:PrincipalType"] = .single("FederatedUser")
      Self.add(temporarySince: session.issuedAt, to: &keys)
      for (name, value) in session.tags { keys["aws:PrincipalTag/" + name] = .single(value) }
    case .roleSession(let session): Self.add(session, to: &keys)
    }
    keys.add(request.value.head, from: request.value.source, at: now)
    keys["aws:RequestedRegion"] = .single(request.value.place.region.description)
    keys["aws:ResourceAccount"] = .single(resourceAccount)
    if access.keys["iam:PermissionsBoundary"] == nil {
      keys["iam:PermissionsBoundary"] = facts.boundary.map { .single($0) }
    }
    // Those of the action last: nothing that a client sends takes the place of what is known.
    for (name, value) in access.keys where keys[name] == nil { keys[name] = ConditionKeys.Value(value) }
    return keys
  }

  private static func add(user name: String, _ principal: Principal, to keys: inout ConditionKeys) {
    keys["aws:PrincipalArn"] = .single(principal.arn.description)
    keys["aws:PrincipalType"] = .single("User")
    keys["aws:username"] = .single(name)
  }

  private static func add(temporarySince issuedAt: WallTime, to keys: inout ConditionKeys) {
    keys["aws:TokenIssueTime"] = .single(issuedAt.utc.isoZulu)
    keys["aws:MultiFactorAuthPresent"] = .single("false")
  }

  private static func add(_ session: RoleSession, to keys: inout ConditionKeys) {
    keys["aws:PrincipalArn"] = .single(session.role.description)
    keys["aws:PrincipalType"] = .single("AssumedRole")
    add(temporarySince: session.issuedAt, to: &keys)
    keys["aws:SourceIdentity"] = session.sourceIdentity.map { .single($0) }
    keys["aws:FederatedProvider"] = session.federatedProvider.map { .single($0) }
    if let function = session.sourceFunction {
      keys["lambda:SourceFunctionArn"] = .single(function.description)
      keys["aws:SourceArn"] = .single(function.description)
    }
    for (name, value) in session.tags { keys["aws:PrincipalTag/" + name] = .single(value) }
  }
}

extension ConditionKeys {
  /// What a request says of itself, whoever sent it.
  mutating func add(_ head: RequestHead, from source: RequestSource, at now: WallTime) {
    add(now)
    self["aws:ViaAWSService"] = .single("false")
    add(source)
    if let agent = head.header("User-Agent") { self["aws:UserAgent"] = .single(agent) }
    if let referer = head.header("Referer") { self["aws:Referer"] = .single(referer) }
  }

  /// No listener speaks TLS. What a function says inside its environment nobody else can hear, which is what is asked for
  /// by those who ask for a secure transport; it comes from no address.
  private mutating func add(_ source: RequestSource) {
    switch source {
    case .network(let address):
      self["aws:SecureTransport"] = .single("false")
      self["aws:SourceIp"] = address.map { .single(Self.unmapped($0)) }
    case .environment: self["aws:SecureTransport"] = .single("true")
    }
  }

  /// A client of version 4 at a listener of version 6 is the same client (RFC 4291 section 2.5.5.2).
  private static func unmapped(_ address: String) -> String {
    let prefix = "::ffff:"
    return address.hasPrefix(prefix) && address.contains(".") ? String(address.dropFirst(prefix.count)) : address
  }

  mutating func add(_ now: WallTime) {
    self["aws:CurrentTime"] = .single(now.utc.isoDateTime + "Z")
    self["aws:EpochTime"] = .single(String(now.seconds))
  }
}

extension ConditionKeys.Value {
  fileprivate init?(_ value: JSONValue) {
    switch value {
    case .string(let text): self = .single(text)
    case .array(let values): self = .list(values.compactMap(\.string))
    case .null, .bool, .integer, .number, .object: return nil
    }
  }
}
