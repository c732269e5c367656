package import Core
import Policy
import Storage
import Synchronization

/// Which accounts there are and what binds them, in memory, for decisions without any `await`. Replaced as a whole when it
/// changes.
package final class OrganizationDirectory: Sendable {
  /// The account of whoever runs the platform: no guardrail binds it, and it is never suspended.
  package let management: AccountID
  /// By the id; without those that are suspended.
  private let active: Mutex<[String: AccountGuardrails]>
  /// By the id; for those some of whose sessions were ended.
  private let endings = Mutex<[AccountID: WallTime]>([:])

  /// Knows the management account only, until it is filled.
  package init(management: AccountID) {
    self.management = management
    active = Mutex([management.description: .none])
  }

  /// Whether the account is there and not suspended.
  package func isActive(_ account: AccountID) -> Bool { guardrails(of: account.description) != nil }

  /// Whether what the key opens is to be had: that of an account in service, and no session that was ended with others.
  /// The session of an execution environment ends with it.
  func isInService(_ identity: SigningIdentity) -> Bool {
    guard isActive(identity.key.account) else { return false }
    guard identity.key.session != nil, let ending = endings.withLock({ $0[identity.key.account] }) else { return true }
    if case .roleSession(let session) = identity.principal.kind, session.sourceFunction != nil { return true }
    return identity.key.createdAt > ending
  }

  /// - Returns: nil for an account that is not there, or is suspended.
  package func guardrails(of account: String) -> AccountGuardrails? { active.withLock { $0[account] } }

  /// Takes effect for every decision that begins afterwards.
  func replace(with state: OrganizationState) throws(IdentityError) {
    let compiled = try CompiledGuardrails(state.guardrails)
    var accounts = [management.description: AccountGuardrails.none]
    for account in state.accounts where !account.isSuspended && account.id != management {
      accounts[account.id.description] = compiled.guardrails(of: account.id)
    }
    let ended = state.accounts.compactMap { account in account.sessionsEndedAt.map { (account.id, $0) } }
    endings.withLock { $0 = Dictionary(ended, uniquingKeysWith: max) }
    let replacement = accounts
    active.withLock { $0 = replacement }
  }
}

/// What binds one account.
package struct AccountGuardrails: Sendable {
  /// What its principals may do at most.
  package let serviceControls: GuardrailLevels
  /// What may be done with its resources at most.
  package let resourceControls: GuardrailLevels

  package static let none = AccountGuardrails(serviceControls: .none, resourceControls: .none)
}

/// Accounts and guardrails, as one transaction sees them.
struct OrganizationState: Sendable {
  let accounts: [Account]
  let guardrails: [Guardrail]

  init(_ transaction: any Transaction) throws {
    accounts = try AccountStore().all(transaction)
    guardrails = try GuardrailStore().all(transaction)
  }
}

/// All guardrails, each document compiled once however many accounts it binds.
private struct CompiledGuardrails {
  private typealias Named = (name: String, document: PolicyDocument)

  private struct Level: Hashable {
    let kind: Guardrail.Kind
    let target: Guardrail.Target
  }

  private let levels: [Level: [Named]]
  private let fullAccess: Named

  init(_ guardrails: [Guardrail]) throws(IdentityError) {
    var levels: [Level: [Named]] = [:]
    for guardrail in guardrails {
      let document = try Self.compile(guardrail.document, guardrail.name)
      levels[Level(kind: guardrail.kind, target: guardrail.target), default: []].append((guardrail.name, document))
    }
    self.levels = levels
    fullAccess = (Self.fullAccessName, try Self.compile(Self.fullAccessDocument, Self.fullAccessName))
  }

  func guardrails(of account: AccountID) -> AccountGuardrails {
    AccountGuardrails(
      serviceControls: GuardrailLevels(self.levels(.serviceControl, account).map(withFullAccess)),
      resourceControls: GuardrailLevels(self.levels(.resourceControl, account)))
  }

  /// None where nothing binds the account.
  private func levels(_ kind: Guardrail.Kind, _ account: AccountID) -> [[Named]] {
    let found = [Guardrail.Target.organization, .account(account)].map { target in
      levels[Level(kind: kind, target: target)] ?? []
    }
    return found.allSatisfy(\.isEmpty) ? [] : found
  }

  /// A level allows everything that it does not deny, until one of its guardrails allows something.
  private func withFullAccess(_ level: [Named]) -> [Named] {
    let allows = level.contains { $0.document.statements.contains { $0.effect == .allow } }
    return allows ? level : level + [fullAccess]
  }

  private static let fullAccessName = "FullAWSAccess"
  private static let fullAccessDocument =
    #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#

  private static func compile(_ text: String, _ name: String) throws(IdentityError) -> PolicyDocument {
    do {
      return try PolicyDocument(parsing: text.utf8)
    } catch {
      throw IdentityError(.malformedRecord, "guardrail `\(name)` cannot be read: \(error.message)")
    }
  }
}
