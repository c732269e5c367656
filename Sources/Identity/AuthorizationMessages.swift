package import Core
package import Cryptography
package import JSON

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is known of a denial, sealed under the account's key: whoever was denied can carry it to somebody who may read it.
///
/// Every message is as long as every other one: its length would tell what it says, and so what is there.
package struct AuthorizationMessages: Sendable {
  /// Bytes of the text. Sealed and in base 64 it fits the headers that proxies take, with room for others.
  private static let size = 2048
  private static let blank = UInt8(ascii: " ")
  private static let context = ["purpose": "authorization-message"]

  private let cipher: EnvelopeCipher

  package init(cipher: EnvelopeCipher) { self.cipher = cipher }

  /// - Parameter details: a text of JSON with so many of its details, the most important first; without any it fits.
  /// - Returns: nil for an account that has no key.
  package func encode(_ details: (Int) -> JSONValue, most: Int, for account: AccountID) -> String? {
    var text = details(most).encoded
    if text.count > Self.size {
      // The most that fit: more details make a longer text.
      var (fits, isTooMany) = (0, most)
      while isTooMany - fits > 1 {
        let middle = (fits + isTooMany) / 2
        if details(middle).encoded.count <= Self.size { fits = middle } else { isTooMany = middle }
      }
      text = details(fits).encoded
    }
    guard text.count <= Self.size else { return nil }
    text += Array(repeating: Self.blank, count: Self.size - text.count)
    guard let sealed = try? cipher.seal(text, account: account, context: Self.context) else { return nil }
    return Data(sealed).base64EncodedString()
  }

  /// - Returns: nil for what was not encoded here for the account.
  package func decode(_ message: String, of account: AccountID) -> [UInt8]? {
    guard let sealed = Data(base64Encoded: message),
      let text = try? cipher.open(Array(sealed), account: account, context: Self.context)
    else { return nil }
    return Array(text.prefix(1 + (text.lastIndex { $0 != Self.blank } ?? -1)))
  }
}
