/// A region name such as `us-east-1`: lower-case letters, digits and hyphens, 1 to 32 characters.
package struct Region: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: nil unless `text` has the form of a region name.
  package init?(_ text: String) {
    let isName = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    guard isName, (1...32).contains(text.utf8.count) else { return nil }
    description = text
  }
}

/// Where a resource lives. Every key of every store carries both parts.
package struct AccountRegion: Hashable, Sendable {
  package let account: AccountID
  package let region: Region

  package init(account: AccountID, region: Region) {
    self.account = account
    self.region = region
  }
}
