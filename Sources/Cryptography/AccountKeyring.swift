package import Core

/// A key of an account as it is stored: wrapped under the root key.
package struct WrappedAccountKey: Hashable, Sendable {
  package let account: AccountID
  /// Counts from 1; values sealed under older versions still open.
  package let version: UInt32
  /// The root key's `keyID`.
  package let rootKeyID: String
  package let wrapped: [UInt8]

  package init(account: AccountID, version: UInt32, rootKeyID: String, wrapped: [UInt8]) {
    self.account = account
    self.version = version
    self.rootKeyID = rootKeyID
    self.wrapped = wrapped
  }

  /// A new random key.
  package init(
    generatingFor account: AccountID, version: UInt32, root: any RootKeySource, random: any RandomSource
  ) throws(CryptographyError) {
    let key = random.bytes(AuthenticatedEncryption.keySize)
    let wrapped = try root.wrap(key, account: account, version: version)
    self.init(account: account, version: version, rootKeyID: root.keyID, wrapped: wrapped)
  }
}

/// The opened keys of all accounts at one moment. Never changes: a new key makes a new keyring.
package struct AccountKeyring: Sendable {
  private let keys: [AccountID: [UInt32: [UInt8]]]

  /// - Throws: `wrongRootKey` for a key that is wrapped under another root key.
  package init(opening wrapped: [WrappedAccountKey], root: any RootKeySource) throws(CryptographyError) {
    var keys: [AccountID: [UInt32: [UInt8]]] = [:]
    for record in wrapped { keys[record.account, default: [:]][record.version] = try Self.open(record, root) }
    self.keys = keys
  }

  private init(_ keys: [AccountID: [UInt32: [UInt8]]]) { self.keys = keys }

  /// The same with the key of an account that has none yet.
  ///
  /// - Returns: nil when the account has a key.
  func adding(_ wrapped: WrappedAccountKey, root: any RootKeySource) throws(CryptographyError) -> AccountKeyring? {
    guard keys[wrapped.account] == nil else { return nil }
    var keys = keys
    keys[wrapped.account] = [wrapped.version: try Self.open(wrapped, root)]
    return AccountKeyring(keys)
  }

  func removing(_ account: AccountID) -> AccountKeyring { AccountKeyring(keys.filter { $0.key != account }) }

  private static func open(
    _ record: WrappedAccountKey, _ root: any RootKeySource
  ) throws(CryptographyError) -> [UInt8] {
    guard record.rootKeyID == root.keyID else {
      throw CryptographyError(
        .wrongRootKey,
        "the key of account `\(record.account)` is wrapped under root key `\(record.rootKeyID)`, not `\(root.keyID)`")
    }
    let key = try root.unwrap(record.wrapped, account: record.account, version: record.version)
    guard key.count == AuthenticatedEncryption.keySize else {
      throw CryptographyError(.malformed, "the key of account `\(record.account)` has \(key.count) bytes")
    }
    return key
  }

  func newest(of account: AccountID) throws(CryptographyError) -> (version: UInt32, key: [UInt8]) {
    guard let newest = keys[account]?.max(by: { $0.key < $1.key }) else {
      throw CryptographyError(.unknownKey, "account `\(account)` has no key")
    }
    return (newest.key, newest.value)
  }

  func key(of account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8] {
    guard let key = keys[account]?[version] else {
      throw CryptographyError(.unknownKey, "account `\(account)` has no key of version \(version)")
    }
    return key
  }
}

extension AccountKeyring: CustomStringConvertible {
  /// Without the keys, so that no log shows them by accident.
  package var description: String { "keys of \(keys.count) accounts" }
}
