package import Core

/// Wraps the keys of accounts under the root key, which itself never leaves the source.
package protocol RootKeySource: Sendable {
  /// Tells root keys apart and reveals nothing of them; kept beside every wrapped key.
  var keyID: String { get }

  /// - Parameter version: of the account's key; bound to the wrapped form together with the account.
  func wrap(_ key: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8]

  /// - Throws: `notAuthentic` when `wrapped` was changed, or belongs to another account, version or root key.
  func unwrap(_ wrapped: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8]
}
