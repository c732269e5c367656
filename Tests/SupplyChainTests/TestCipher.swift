import Core
import Cryptography

/// Keys of the given accounts, repeatable; for tests only.
func testCipher(for accounts: AccountID...) throws -> EnvelopeCipher {
  let random = SeededRandomSource(seed: 7)
  let root = UnwrappedRootKey()
  let keys = try accounts.map { try WrappedAccountKey(generatingFor: $0, version: 1, root: root, random: random) }
  return EnvelopeCipher(keyring: try AccountKeyring(opening: keys, root: root), random: random)
}

/// A root key that hides nothing.
private struct UnwrappedRootKey: RootKeySource {
  let keyID = "unwrapped"

  func wrap(_ key: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8] { key }
  func unwrap(_ wrapped: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8] { wrapped }
}
