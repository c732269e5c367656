package import Core
package import Policy
import Synchronization

/// All policies of all principals in memory, for decisions without any `await`. Replaced as a whole when it changes.
package final class IdentityDirectory: Sendable {
  private let content = Mutex(IdentitySnapshot.empty)

  package init() {}

  /// - Returns: nil when the principal, or the role of its session, is not there any more.
  package func policies(of principal: Principal) -> PrincipalPolicies? {
    content.withLock { $0 }.policies(of: principal)
  }

  /// The policies of the user, group or role of that ARN; nil when it is not there.
  package func policies(of arn: String) -> PrincipalPolicies? {
    Self.isPlain(arn) ? content.withLock { $0 }.policies(of: arn) : nil
  }

  /// The whole ARN of a user, group or role that is named without its path; any other ARN as it is.
  package func wholeARN(_ arn: String) -> String {
    guard Self.isPlain(arn) else { return arn }
    return content.withLock { $0 }.wholeARNs[arn.lowercased()] ?? arn
  }

  /// Who may assume the role of that ARN; nil for any other resource.
  package func resourcePolicy(of arn: String) -> PolicyDocument? {
    guard Self.isPlain(arn) else { return nil }
    return content.withLock { $0 }.trust[arn]?.policy
  }

  /// What condition keys ask of a user, a role or a managed policy; nothing of any other resource.
  package func facts(of arn: String) -> IdentityFacts {
    guard Self.isPlain(arn) else { return IdentityFacts() }
    return content.withLock { $0 }.facts[arn] ?? IdentityFacts()
  }

  /// What policies keep a user, role or session by, whom they name by an ARN: the unique id, of a session that of its role
  /// with the session's name. nil when there is none such.
  package func uniqueID(of principal: ARN) -> String? {
    guard principal.service == "sts" else { return uniqueID(of: principal.description) }
    let fields = principal.resource.parts(separatedBy: "/")
    guard fields.count == 3, fields[0] == "assumed-role" else { return nil }
    let role = ARN(service: "iam", region: "", account: principal.account, resource: "role/" + fields[1])
    return uniqueID(of: wholeARN(role.description)).map { "\($0):\(fields[2])" }
  }

  private func uniqueID(of arn: String) -> String? { Self.isPlain(arn) ? content.withLock { $0 }.ids[arn] : nil }

  /// Whether the user of the principal, or the role of its session, is there.
  func isThere(_ principal: Principal) -> Bool { content.withLock { $0 }.isThere(principal) }

  /// Whether there is a user, group or role of that unique id.
  func hasPrincipal(_ id: String) -> Bool { content.withLock { $0 }.isThere(id) }

  /// The ARN of the account's user who has the long-term access key of that id; nil when there is none.
  package func owner(ofAccessKey id: String, in account: String) -> String? {
    guard let owner = content.withLock({ $0 }).owners[id], owner.account == account else { return nil }
    return owner.description
  }

  /// - Parameter issuer: as tokens name it, to the byte.
  package func oidcProvider(issuer: String, in account: AccountID) -> OIDCProvider? {
    let key = IdentitySnapshot.ProviderKey(account: account, issuer: issuer)
    return issuer.utf8.allSatisfy { $0 < 0x80 } ? content.withLock { $0 }.oidcProviders[key] : nil
  }

  package func role(_ arn: String) -> Role? {
    Self.isPlain(arn) ? content.withLock { $0 }.trust[arn]?.role : nil
  }

  /// Whether there is a managed policy of that ARN for the account.
  package func hasManagedPolicy(_ arn: String, in account: AccountID) -> Bool {
    let isVisible = arn.hasPrefix("arn:aws:iam::aws:") || arn.hasPrefix("arn:aws:iam::\(account):")
    return isVisible && Self.isPlain(arn) && content.withLock { $0 }.managed[arn] != nil
  }

  /// Whether it may be one of IAM's. All of those are ASCII: beyond it two texts may compare equal that policies tell
  /// apart byte by byte.
  private static func isPlain(_ arn: String) -> Bool {
    arn.hasPrefix("arn:aws:iam:") && arn.utf8.allSatisfy { $0 < 0x80 }
  }

  /// Takes effect for every decision that begins afterwards.
  func replace(with state: IdentityState) throws(IdentityError) {
    let replacement = try IdentitySnapshot(state)
    content.withLock { $0 = replacement }
  }
}
