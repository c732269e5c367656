/// Why identities cannot be read or made. The message is for the server's own log and holds no secret.
package struct IdentityError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// A stored row does not have the form that this version writes.
    case malformedRecord
    /// An access key names a principal that is not stored.
    case unknownPrincipal
    /// The credentials file holds a key that this database does not know.
    case foreignCredentials
    /// The credentials file is not a profile file with a key.
    case malformedCredentials
  }

  package let code: Code
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
