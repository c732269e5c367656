import Crypto

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A key of HMAC-SHA256 (RFC 2104), kept in the form in which it is applied.
package struct HMACKey: Sendable {
  private let keyed: HMAC<SHA256>

  package init(_ bytes: [UInt8]) { keyed = HMAC(key: SymmetricKey(data: bytes)) }

  /// The 32 bytes of the authentication code of `message`.
  package func code(for message: [UInt8]) -> [UInt8] {
    var state = keyed
    state.update(data: message)
    return state.finalize().withUnsafeBytes { Array($0) }
  }
}

extension HMACKey: CustomStringConvertible {
  /// Without the key, so that no log shows it by accident.
  package var description: String { "HMAC key" }
}
