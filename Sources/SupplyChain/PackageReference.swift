package import Core

/// A stored package: artifacts are shared within an account, never between accounts.
package struct PackageReference: Hashable, Sendable {
  package let account: AccountID
  package let digest: Digest

  package init(account: AccountID, digest: Digest) {
    self.account = account
    self.digest = digest
  }
}
