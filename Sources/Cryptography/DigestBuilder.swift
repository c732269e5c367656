package import Core
import Crypto

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
package struct DigestBuilder: Sendable {
  private var state = SHA256()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bufferPointer: bytes) }

  package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { state.update(bufferPointer: $0) } }

  /// The 32 bytes of the digest of everything so far; more may follow.
  package func finalizedBytes() -> [UInt8] { state.finalize().withUnsafeBytes { Array($0) } }

  /// The digest of everything so far; more may follow.
  package func finalize() -> Core.Digest {
    guard let digest = Core.Digest(bytes: finalizedBytes()) else {
      preconditionFailure("SHA-256 gives 32 bytes")
    }
    return digest
  }
}
