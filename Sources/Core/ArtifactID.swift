/// Names an artifact: bytes that never change, by their digest, in one account.
///
/// Accounts that upload equal bytes share nothing: not the file, not the key, not the unpacked code.
package struct ArtifactID: Hashable, Sendable {
  package let account: AccountID
  package let digest: Digest

  package init(account: AccountID, digest: Digest) {
    self.account = account
    self.digest = digest
  }
}
