package import Core
import Synchronization

/// Envelope encryption: every value under a data key of its own, the data key under the newest key of the account.
///
/// Sealed form: format (1 byte), version of the account's key (4, big-endian), wrapped data key (60), sealed value.
/// Both encryptions are bound to the header, the account and the context, so that a value moved to another account or
/// ARN does not open.
package struct EnvelopeCipher: Sendable {
  private let keyring: LiveKeyring
  private let random: any RandomSource

  private static let format: UInt8 = 1
  private static let headerSize = 5
  private static let wrappedKeySize = AuthenticatedEncryption.keySize + AuthenticatedEncryption.overhead

  package init(keyring: AccountKeyring, random: any RandomSource) {
    self.keyring = LiveKeyring(keyring)
    self.random = random
  }

  /// Seals and opens from now on for an account that had no key; copies of the cipher do so too.
  ///
  /// - Returns: false when the account has a key, which stays.
  package func add(_ key: WrappedAccountKey, root: any RootKeySource) throws(CryptographyError) -> Bool {
    try keyring.add(key, root: root)
  }

  /// Forgets the keys of an account for which nothing was kept.
  package func forget(_ account: AccountID) { keyring.forget(account) }

  /// - Parameter context: what the value belongs to, at least the ARN of its resource; needed again to open it.
  package func seal(
    _ plaintext: [UInt8], account: AccountID, context: [String: String]
  ) throws(CryptographyError) -> [UInt8] {
    let (version, accountKey) = try keyring.current.newest(of: account)
    let header = [Self.format] + withUnsafeBytes(of: version.bigEndian) { Array($0) }
    // INVARIANT: a data key encrypts exactly one value.
    let dataKey = random.bytes(AuthenticatedEncryption.keySize)
    let wrapped = try AuthenticatedEncryption.seal(
      dataKey, key: accountKey, bound: bound(.dataKey, header, account, context), random: random)
    let value = try AuthenticatedEncryption.seal(
      plaintext, key: dataKey, bound: bound(.value, header, account, context), random: random)
    return header + wrapped + value
  }

  /// - Throws: `notAuthentic` when the value was changed or was sealed for another account or context; `malformed`;
  ///   `unknownKey`.
  package func open(
    _ sealed: [UInt8], account: AccountID, context: [String: String]
  ) throws(CryptographyError) -> [UInt8] {
    guard sealed.count >= Self.headerSize + Self.wrappedKeySize, sealed[0] == Self.format else {
      throw CryptographyError(.malformed, "a value of \(sealed.count) bytes is not in sealed form")
    }
    let header = Array(sealed[..<Self.headerSize])
    let version = header[1...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let accountKey = try keyring.current.key(of: account, version: version)
    let rest = sealed.dropFirst(Self.headerSize)
    let dataKey = try AuthenticatedEncryption.open(
      rest.prefix(Self.wrappedKeySize), key: accountKey, bound: bound(.dataKey, header, account, context))
    return try AuthenticatedEncryption.open(
      rest.dropFirst(Self.wrappedKeySize), key: dataKey, bound: bound(.value, header, account, context))
  }

  private enum Purpose: String {
    case dataKey = "redoubt data key"
    case value = "redoubt value"
  }

  private func bound(
    _ purpose: Purpose, _ header: [UInt8], _ account: AccountID, _ context: [String: String]
  ) -> [UInt8] {
    EncryptionContext.encode(purpose: purpose.rawValue, header: header, account: account, context: context)
  }
}

/// The keyring that all copies of a cipher share.
private final class LiveKeyring: Sendable {
  private let keyring: Mutex<AccountKeyring>

  init(_ keyring: AccountKeyring) { self.keyring = Mutex(keyring) }

  var current: AccountKeyring { keyring.withLock { $0 } }

  func add(_ key: WrappedAccountKey, root: any RootKeySource) throws(CryptographyError) -> Bool {
    try keyring.withLock { keyring throws(CryptographyError) in
      guard let larger = try keyring.adding(key, root: root) else { return false }
      keyring = larger
      return true
    }
  }

  func forget(_ account: AccountID) { keyring.withLock { $0 = $0.removing(account) } }
}
