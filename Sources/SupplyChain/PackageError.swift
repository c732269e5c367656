package import Core
import Cryptography

/// Why a package could not be stored or given out.
package enum PackageError: Error, Hashable, Sendable {
  /// The store has no package of this digest for the account.
  case missing(Digest)
  /// What the disk gave back is not what was stored under this digest.
  case damaged(Digest)
  /// The system or the keys refused; for the server's own log, never for a caller.
  case failed(String)

  init(_ failure: SystemCallFailure) { self = .failed(failure.text) }

  init(opening digest: Digest, _ error: CryptographyError) {
    switch error.code {
    case .malformed, .notAuthentic: self = .damaged(digest)
    default: self = .failed(error.message)
    }
  }
}
