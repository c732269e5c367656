package import Core
import Synchronization

/// All access keys in memory, for look-ups without any `await`. The set is replaced as a whole when it changes.
package final class AccessKeyDirectory: Sendable {
  private let identities: Mutex<[AccessKeyID: SigningIdentity]>

  package init(_ identities: [SigningIdentity]) { self.identities = Mutex(Self.byID(identities)) }

  /// Takes effect for every request that begins afterwards.
  package func replace(with identities: [SigningIdentity]) {
    let replacement = Self.byID(identities)
    self.identities.withLock { $0 = replacement }
  }

  /// The key of that id, active or not.
  package func find(_ id: AccessKeyID) -> SigningIdentity? { identities.withLock { $0[id] } }

  /// The key of that id, or that of the session whose token comes with it.
  func find(_ id: AccessKeyID, token: String?, of sessions: SessionTokens?) -> SigningIdentity? {
    find(id) ?? token.flatMap { sessions?.open($0, for: id) }
  }

  /// An active key of the account's administrator, always the same as long as the keys are.
  package func administrator(of account: AccountID) -> SigningIdentity? {
    identities.withLock { identities in
      identities.values.filter { $0.principal.isAdministrator && $0.key.isActive && $0.key.account == account }
        .min { ($0.key.createdAt, $0.key.id.description) < ($1.key.createdAt, $1.key.id.description) }
    }
  }

  private static func byID(_ identities: [SigningIdentity]) -> [AccessKeyID: SigningIdentity] {
    Dictionary(identities.map { ($0.key.id, $0) }, uniquingKeysWith: { _, last in last })
  }
}
