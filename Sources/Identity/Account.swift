package import Core

/// One tenant of the server: what has names, keys and quotas of its own.
package struct Account: Hashable, Sendable {
  package let id: AccountID
  /// Unique on the server; for people.
  package let name: String
  /// Whether its credentials open nothing and its functions do not run.
  package let isSuspended: Bool
  package let createdAt: WallTime
  /// Sessions that began by then are worth nothing: the account was suspended, or its administrator's keys were replaced.
  let sessionsEndedAt: WallTime?

  init(id: AccountID, name: String, isSuspended: Bool, createdAt: WallTime, sessionsEndedAt: WallTime? = nil) {
    self.id = id
    self.name = name
    self.isSuspended = isSuspended
    self.createdAt = createdAt
    self.sessionsEndedAt = sessionsEndedAt
  }

  /// The pattern of names, for messages.
  package static let namePattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,49}"

  /// Whether a new account may be called that: twelve digits would be an id.
  package static func isName(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    return (1...50).contains(text.utf8.count) && isPlain && text.utf8.first.map(isAlphanumeric) == true
      && AccountID(text) == nil
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}

/// A new account with the access key of its administrator, which is never told again.
package struct NewAccount: Sendable {
  package let account: Account
  package let credentials: AccessKeyCredentials
}
