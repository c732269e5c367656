import Core
import JSON

/// What a policy hangs on, which decides what may be in it.
package enum PolicyKind: Hashable, Sendable {
  /// A user, group or role; a permissions boundary is one too.
  case identity
  /// A session, for as long as it lasts.
  case session
  /// A role: who may assume it.
  case trust
  /// A resource of any service.
  case resource
  /// An account or all of them: what its principals may do at most.
  case serviceControl
  /// An account or all of them: what may be done with its resources at most, by whomever.
  case resourceControl
}

extension PolicyDocument {
  /// Reads a document that is to be kept, and refuses what AWS refuses, in its words and in its order.
  ///
  /// - Throws: `PolicyError`.
  package init(saving text: some Sequence<UInt8>, as kind: PolicyKind) throws(PolicyError) {
    do throws(PolicyError) {
      try self.init(reading: Self.value(text))
    } catch {
      // Where IAM keeps a trust policy it tells what is no JSON from what is no policy.
      throw kind == .trust && !JSONText.isValid(Array(text)) ? .invalidJSON : error
    }
    guard statements.allSatisfy({ $0.conditions.allSatisfy { $0.isKnown || $0.key.isEmpty } }) else { throw .syntax }
    try checkVersion(kind)
    try checkValues()
    try checkNames()
    try checkPrincipals(kind)
    for statement in statements {
      guard kind != .trust || !statement.actions.isNegated else { throw .onlyTrust }
      guard statement.hasActions else { throw .missingActions }
      try statement.checkResources(kind)
      for pattern in statement.actions.patterns { try pattern.check(kind) }
      if kind == .resourceControl { try statement.checkResourceControl() }
    }
  }

  private func checkVersion(_ kind: PolicyKind) throws(PolicyError) {
    guard kind != .trust, kind != .resource else { return }
    guard hasVersion, version == .v2012 else {
      throw PolicyError(.invalid, "Policy document must be version 2012-10-17 or greater.")
    }
  }

  private func checkValues() throws(PolicyError) {
    try checkEffects()
    for statement in statements {
      for condition in statement.conditions where !condition.isReadable && !condition.key.isEmpty { throw .legacy }
      for pattern in statement.resources?.patterns ?? [] where pattern.isCutShort { throw .legacy }
    }
  }

  private func checkNames() throws(PolicyError) {
    let names = statements.compactMap(\.sid).filter { !$0.isEmpty }
    guard Set(names).count == names.count else {
      throw PolicyError(.invalid, "Statement IDs (SID) in a single policy must be unique.")
    }
  }

  private func checkPrincipals(_ kind: PolicyKind) throws(PolicyError) {
    for statement in statements {
      switch (kind, statement.principals) {
      case (.identity, nil), (.session, nil), (.serviceControl, nil): break
      case (.identity, _?), (.session, _?), (.serviceControl, _?):
        throw PolicyError(.prohibited, "Policy document should not specify a principal.")
      case (.trust, nil), (.resource, nil), (.resourceControl, nil):
        throw PolicyError(.missing, "Missing required field Principal")
      case (.trust, let principals?), (.resource, let principals?), (.resourceControl, let principals?):
        try principals.check(statement.effect)
      }
    }
  }
}

extension PolicyError {
  fileprivate static let invalidJSON = PolicyError(.syntax, "This policy contains invalid Json")
  fileprivate static let onlyTrust = PolicyError(
    .prohibited, "AssumeRole policy may only specify STS AssumeRole actions.")

  /// Of a principal that a policy may not name.
  ///
  /// - Parameter kind: the member of `Principal` that names it.
  package static func invalidPrincipal(_ arn: String, under kind: String = "AWS") -> PolicyError {
    PolicyError(.invalid, "Invalid principal in policy: \"\(kind)\":\"\(arn)\"")
  }
}

extension PolicyDocument {
  /// The ARNs of users, roles and sessions that its principals name.
  package var principalARNs: Set<String> {
    var arns: Set<String> = []
    for statement in statements {
      for case .arn(let arn) in statement.principals?.patterns ?? [] { arns.insert(arn) }
    }
    return arns
  }

  /// The same document with unique ids for the ARNs of principals: what is made anew under an old name is not meant.
  ///
  /// - Parameter ids: unique ids by ARN.
  package func naming(_ ids: [String: String]) -> PolicyDocument {
    PolicyDocument(
      version: version, hasVersion: hasVersion, id: id, statements: statements.map { $0.naming(ids) })
  }
}

extension Statement {
  fileprivate func naming(_ ids: [String: String]) -> Statement {
    let named = principals.map { block in
      PrincipalBlock(
        patterns: block.patterns.map { pattern in
          guard case .arn(let arn) = pattern, let id = ids[arn] else { return pattern }
          return .uniqueID(id)
        }, isNegated: block.isNegated)
    }
    return Statement(
      sid: sid, effect: effect, isEffectWellWritten: isEffectWellWritten, principals: named, actions: actions,
      resources: resources, conditions: conditions)
  }
}

extension PrincipalBlock {
  fileprivate func check(_ effect: Statement.Effect) throws(PolicyError) {
    guard !patterns.isEmpty else { throw PolicyError(.missing, "Missing required field Principal cannot be empty!") }
    // It would allow everyone who is not listed, even those whom nobody knows.
    guard !(isNegated && effect == .allow) else {
      throw PolicyError(.prohibited, "Allow with NotPrincipal is not allowed.")
    }
    for case .arn(let arn) in patterns {
      guard let parsed = ARN(arn), ["iam", "sts"].contains(parsed.service), !arn.utf8.contains(where: Self.isWildcard)
      else { throw .invalidPrincipal(arn) }
    }
    // What is no ARN is the name of one of AWS's own providers.
    for case .federated(let name) in patterns where name.hasPrefix("arn:") || name.utf8.contains(where: Self.isWildcard)
    {
      guard let parsed = ARN(name), parsed.service == "iam", !name.utf8.contains(where: Self.isWildcard) else {
        throw .invalidPrincipal(name, under: "Federated")
      }
    }
  }

  private static func isWildcard(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }
}

extension Statement {
  fileprivate func checkResources(_ kind: PolicyKind) throws(PolicyError) {
    guard kind != .trust else {
      guard resources == nil else { throw PolicyError(.prohibited, "Has prohibited field Resource") }
      return
    }
    guard let resources, !resources.patterns.isEmpty else {
      throw PolicyError(.missing, "Policy statement must contain resources.")
    }
    for pattern in resources.patterns { try pattern.check() }
  }
}

extension ActionPattern {
  fileprivate func check(_ kind: PolicyKind) throws(PolicyError) {
    if text == "*", kind != .trust { return }
    guard text != "*" else { throw .onlyTrust }
    let fields = text.fields(separatedBy: ":")
    guard fields.count > 1 else {
      throw PolicyError(.invalid, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    }
    guard fields.count == 2 else { throw PolicyError(.invalid, "Actions/Condition can contain only one colon.") }
    guard !fields[0].isEmpty, fields[0].utf8.allSatisfy(Self.isVendorCharacter) else {
      throw PolicyError(.invalid, "Vendor \(fields[0]) is not valid")
    }
    guard kind != .trust || fields[0].lowercased() == "sts" else {
      throw .onlyTrust
    }
  }

  private static func isVendorCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
      UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension ResourcePattern {
  /// An ARN of the `aws` partition with a place missing in it, or with no service.
  fileprivate var isCutShort: Bool {
    let fields = text.fields(separatedBy: ":", maxSplits: 5)
    guard fields.count > 3, fields[0] == "arn", Self.partitions.contains(fields[1]) else { return false }
    return fields[2].isEmpty || fields.count < 6
  }

  private static let partitions: Set<Substring> = ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "*"]

  fileprivate func check() throws(PolicyError) {
    if text == "*" { return }
    var fields = text.fields(separatedBy: ":", maxSplits: 5)
    guard fields.count > 1 else { throw PolicyError(.invalid, "Resource \(text) must be in ARN format or \"*\".") }
    let isBare = fields.count < 3
    while fields.count < 6 { fields.append("*") }
    guard Self.partitions.contains(fields[1]) else {
      let whole = (["arn"] + fields[1...]).joined(separator: ":")
      throw PolicyError(.invalid, "Partition \"\(fields[1])\" is not valid for resource \"\(whole)\".")
    }
    guard !isBare, !fields[2].contains(where: { $0 == "*" || $0 == "?" }) else {
      throw PolicyError(.invalid, "Resource vendor must be fully qualified and cannot contain regexes.")
    }
    try checkPlace(service: fields[2], region: fields[3], resource: fields[5])
  }

  private func checkPlace(service: Substring, region: Substring, resource: Substring) throws(PolicyError) {
    let hasRegion = !region.isEmpty && region != "*"
    if service == "s3", hasRegion {
      throw PolicyError(.invalid, "Resource \(text) can not contain region information.")
    }
    guard service == "iam" else { return }
    if hasRegion { throw PolicyError(.invalid, "IAM resource \(text) cannot contain region information.") }
    let fixed = resource.prefix { $0 != "*" && $0 != "?" }
    let isOpen = fixed.count < resource.count
    guard Self.paths.contains(where: { resource.hasPrefix($0) || (isOpen && $0.hasPrefix(fixed)) }) else {
      let paths = Self.paths.joined(separator: ", ")
      throw PolicyError(.invalid, "IAM resource path must either be \"*\" or start with \(paths).")
    }
  }

  /// What resources of IAM begin with.
  private static let paths = [
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
    "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
  ]
}
