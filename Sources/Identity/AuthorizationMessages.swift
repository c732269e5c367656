package import Core
package import Cryptography

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is known of a denial, sealed under the account's key: whoever was denied can carry it to somebody who may read it.
package struct AuthorizationMessages: Sendable {
  /// Characters of a message, by AWS's model.
  private static let longest = 10_240
  private static let context = ["purpose": "authorization-message"]

  private let cipher: EnvelopeCipher

  package init(cipher: EnvelopeCipher) { self.cipher = cipher }

  /// - Returns: nil for a text that is too long, or an account that has no key.
  package func encode(_ text: [UInt8], for account: AccountID) -> String? {
    guard let sealed = try? cipher.seal(text, account: account, context: Self.context) else { return nil }
    let message = Data(sealed).base64EncodedString()
    return message.utf8.count <= Self.longest ? message : nil
  }

  /// - Returns: nil for what was not encoded here for the account.
  package func decode(_ message: String, of account: AccountID) -> [UInt8]? {
    guard let sealed = Data(base64Encoded: message) else { return nil }
    return try? cipher.open(Array(sealed), account: account, context: Self.context)
  }
}
