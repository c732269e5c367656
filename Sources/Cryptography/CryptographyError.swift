/// Why key material or a sealed value cannot be used. The message is for the server's own log and holds no secret.
package struct CryptographyError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// The bytes do not have the form of a sealed value or of a key.
    case malformed
    /// The bytes were changed, or belong to another account, context or key.
    case notAuthentic
    /// No key of that account and version is at hand.
    case unknownKey
    /// Keys are wrapped under another root key than the one at hand.
    case wrongRootKey
    /// A secret file has an owner, a mode, a type or a size that it must not have.
    case unsafeFile
    /// The file is already there and is never overwritten.
    case fileExists
    /// The file is not there.
    case fileMissing
    /// The operating system refused.
    case fileFailed
  }

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
