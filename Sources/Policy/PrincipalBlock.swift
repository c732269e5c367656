import Core

/// `Principal` or `NotPrincipal` of a policy that hangs on a resource.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
package struct PrincipalBlock: Hashable, Sendable {
  package let patterns: [PrincipalPattern]
  /// Whether it is `NotPrincipal`: all but these.
  package let isNegated: Bool

  /// How far the block reaches to the caller, the most direct way that it names them; nil when it does not.
  func match(_ caller: Caller, _ effect: Statement.Effect) -> PrincipalMatch? {
    guard isNegated else { return patterns.compactMap { $0.match(caller) }.max() }
    return excepts(caller, effect) ? nil : .caller
  }

  /// Whether `NotPrincipal` leaves the caller out.
  ///
  /// A denial leaves out only who is listed with the account and, for a session, with the role: each is looked at by
  /// itself. An allowance leaves out whoever is listed in any way.
  private func excepts(_ caller: Caller, _ effect: Statement.Effect) -> Bool {
    if patterns.contains(.everyone) { return true }
    guard effect == .deny else { return patterns.contains { $0.match(caller) != nil } }
    return caller.chain.allSatisfy { identity in
      patterns.contains { $0.names(identity) }
    }
  }
}

/// How a policy of a resource names the caller, from the least direct way to the most.
enum PrincipalMatch: Comparable, Hashable, Sendable {
  /// By their account, which leaves it to the account's own policies.
  case account
  /// By the role of their session, or by the user who federated them.
  case parent
  /// As themselves, or as everyone.
  case caller
}

/// One principal that a policy names.
package enum PrincipalPattern: Hashable, Sendable {
  /// `*`
  case everyone
  /// `arn:aws:iam::ACCOUNT:root` or the twelve digits.
  case account(String)
  /// Any other ARN under `AWS`.
  case arn(String)
  /// What AWS keeps instead of the ARN of a user or role: `AIDA...`, `AROA...`.
  case uniqueID(String)
  case service(String)
  /// An identity provider.
  case federated(String)
  case canonicalUser(String)

  /// - Parameter kind: the member's name: `AWS`, `Service`, `Federated` or `CanonicalUser`.
  init?(_ kind: String, _ text: String) {
    switch kind {
    case "AWS": self = Self.aws(text)
    case "Service": self = .service(text.lowercased())
    case "Federated": self = .federated(text)
    case "CanonicalUser": self = .canonicalUser(text)
    default: return nil
    }
  }

  private static func aws(_ text: String) -> PrincipalPattern {
    if text == "*" { return .everyone }
    if text.utf8.count == 12, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return .account(text) }
    let fields = text.fields(separatedBy: ":", maxSplits: 5)
    if fields.count == 6, fields[2] == "iam", fields[5] == "root" { return .account(String(fields[4])) }
    // Of a session, that of its role and the session's name.
    let id = text.fields(separatedBy: ":", maxSplits: 1)[0]
    let isID = (id.hasPrefix("AIDA") || id.hasPrefix("AROA")) && id.utf8.allSatisfy(isUpperOrDigit)
    return isID ? .uniqueID(text) : .arn(text)
  }

  private static func isUpperOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  func match(_ caller: Caller) -> PrincipalMatch? {
    if names(caller.identity) { return .caller }
    if let parent = caller.parent, names(parent) { return .parent }
    if let account = caller.accountIdentity, names(account) { return .account }
    return nil
  }

  func names(_ identity: Caller.Identity) -> Bool {
    switch (self, identity) {
    case (.everyone, _): true
    case (.account(let account), .account(let other)): account.isSame(as: other)
    case (.arn(let arn), .principal(let other, _)): arn.isSame(as: other)
    case (.uniqueID(let id), .principal(_, let other)): other.map(id.isSame) ?? false
    case (.service(let service), .service(let other)): service.isSame(as: other)
    case (.federated(let provider), .federated(let other)): provider.isSame(as: other)
    default: false
    }
  }
}
