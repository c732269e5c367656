import Cryptography
import Synchronization

/// The derived signing keys of one access key, by date, region and service. Goes when the access key goes.
final class SigningKeyCache: Sendable {
  private let keys = Mutex<[CredentialScope: HMACKey]>([:])
  private let limit: Int

  /// - Parameter limit: enough for the dates of a presigned request's longest life at eight services.
  init(limit: Int = 64) { self.limit = limit }

  var count: Int { keys.withLock { $0.count } }

  func key(for scope: CredentialScope, derive: () -> HMACKey) -> HMACKey {
    if let cached = keys.withLock({ $0[scope] }) { return cached }
    // Derived outside the lock: two requests may derive the same key, none waits for the other.
    let derived = derive()
    keys.withLock { keys in
      if keys.count >= limit { keys.removeAll() }
      keys[scope] = derived
    }
    return derived
  }
}
