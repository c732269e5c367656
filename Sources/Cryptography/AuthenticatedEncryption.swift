import Core
import Crypto

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce before, and a 128-bit tag after, the ciphertext.
enum AuthenticatedEncryption {
  static let keySize = 32
  /// How many bytes longer the sealed form is.
  static let overhead = nonceSize + tagSize

  private static let nonceSize = 12
  private static let tagSize = 16

  static func seal(
    _ plaintext: [UInt8], key: [UInt8], bound: [UInt8], random: any RandomSource
  ) throws(CryptographyError) -> [UInt8] {
    do {
      let nonce = try AES.GCM.Nonce(data: random.bytes(nonceSize))
      let box = try AES.GCM.seal(plaintext, using: SymmetricKey(data: key), nonce: nonce, authenticating: bound)
      return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    } catch {
      throw CryptographyError(.malformed, "cannot encrypt under a key of \(key.count) bytes: \(error)")
    }
  }

  static func open(_ sealed: ArraySlice<UInt8>, key: [UInt8], bound: [UInt8]) throws(CryptographyError) -> [UInt8] {
    guard sealed.count >= overhead else {
      throw CryptographyError(.malformed, "a sealed value of \(sealed.count) bytes is too short")
    }
    do {
      let box = try AES.GCM.SealedBox(
        nonce: AES.GCM.Nonce(data: sealed.prefix(nonceSize)),
        ciphertext: sealed.dropFirst(nonceSize).dropLast(tagSize), tag: sealed.suffix(tagSize))
      return Array(try AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: bound))
    } catch {
      throw CryptographyError(.notAuthentic, "a sealed value is not authentic for its account, context and key")
    }
  }
}
