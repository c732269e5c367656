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

  private static func byID(_ identities: [SigningIdentity]) -> [AccessKeyID: SigningIdentity] {
    Dictionary(identities.map { ($0.key.id, $0) }, uniquingKeysWith: { _, last in last })
  }
}
