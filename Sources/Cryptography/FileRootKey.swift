package import Core

/// The root key as 32 random bytes in a file of the secrets directory, held in memory while the server runs.
package struct FileRootKey: RootKeySource {
  package let keyID: String
  private let key: [UInt8]
  private let random: any RandomSource

  private static let format: UInt8 = 1

  /// Reads the key.
  ///
  /// - Throws: `fileMissing` when there is none; `unsafeFile` when others may read it, another user owns it or it does
  ///   not hold 32 bytes.
  package init(loading path: String, random: any RandomSource) throws(CryptographyError) {
    let bytes = try SecretFile(path).read(limit: AuthenticatedEncryption.keySize)
    guard bytes.count == AuthenticatedEncryption.keySize else {
      throw CryptographyError(.unsafeFile, "root key `\(path)` holds \(bytes.count) bytes instead of 32")
    }
    self.init(bytes, random: random)
  }

  /// Reads the key, or makes one where there is no file.
  ///
  /// Only for an empty database: where keys are wrapped already, a new root key opens none of them.
  package init(loadingOrCreating path: String, random: any RandomSource) throws(CryptographyError) {
    do {
      try SecretFile(path).create(random.bytes(AuthenticatedEncryption.keySize), random: random)
    } catch {
      // The usual case, and also the loser of a race between two first starts: both read the winner's key.
      guard error.code == .fileExists else { throw error }
    }
    try self.init(loading: path, random: random)
  }

  private init(_ key: [UInt8], random: any RandomSource) {
    self.key = key
    self.random = random
    keyID = Hexadecimal.encode(HMACKey(key).code(for: Array("redoubt root key id".utf8)).prefix(16))
  }

  package func wrap(_ key: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8] {
    let bound = Self.bound(account, version)
    return try [Self.format] + AuthenticatedEncryption.seal(key, key: self.key, bound: bound, random: random)
  }

  package func unwrap(_ wrapped: [UInt8], account: AccountID, version: UInt32) throws(CryptographyError) -> [UInt8] {
    guard wrapped.first == Self.format else {
      throw CryptographyError(.malformed, "the key of account `\(account)` is wrapped in an unknown format")
    }
    return try AuthenticatedEncryption.open(wrapped.dropFirst(), key: key, bound: Self.bound(account, version))
  }

  private static func bound(_ account: AccountID, _ version: UInt32) -> [UInt8] {
    EncryptionContext.encode(
      purpose: "redoubt account key", header: [format], account: account, context: ["version": String(version)])
  }
}

extension FileRootKey: CustomStringConvertible {
  /// Without the key, so that no log shows it by accident.
  package var description: String { "root key `\(keyID)`" }
}
