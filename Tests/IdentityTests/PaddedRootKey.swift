import Core
import Cryptography

/// Wraps by padding; what a real root key does is tested in Cryptography.
struct PaddedRootKey: RootKeySource {
  let keyID = String(repeating: "0", count: 32)

  func wrap(_ key: [UInt8], account: AccountID, version: UInt32) -> [UInt8] { key + [UInt8](repeating: 0, count: 29) }
  func unwrap(_ wrapped: [UInt8], account: AccountID, version: UInt32) -> [UInt8] { Array(wrapped.dropLast(29)) }
}
