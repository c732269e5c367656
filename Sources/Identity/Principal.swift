package import Core

/// Who calls: one identity of one account, as policies name it.
package struct Principal: Hashable, Sendable {
  package let account: AccountID
  package let arn: ARN
  /// The same as text: each request needs it.
  package let arnText: String
  package let kind: Kind
  /// AWS's stable id, which a deleted and newly made user of the same name does not share, for example `AIDA...`; of a
  /// session its role's with the session's name, `AROA...:NAME`.
  package let uniqueID: String
  /// The mark of the account's first administrator; every other principal can do only what policies allow.
  package let isAdministrator: Bool

  package enum Kind: Hashable, Sendable {
    /// An IAM user, by name.
    case user(String)
    case roleSession(RoleSession)
    /// The same user with temporary credentials.
    case userSession(String, issuedAt: WallTime)
    case federatedUser(FederatedUser)
  }

  init(account: AccountID, arn: ARN, kind: Kind, uniqueID: String, isAdministrator: Bool) {
    self.account = account
    self.arn = arn
    arnText = arn.description
    self.kind = kind
    self.uniqueID = uniqueID
    self.isAdministrator = isAdministrator
  }
}
