package import Core

/// An IAM user.
package struct User: Hashable, Sendable {
  package let account: AccountID
  package let name: String
  /// Begins and ends with a slash.
  package let path: String
  /// `AIDA...`
  package let uniqueID: String
  package let createdAt: WallTime
  /// The mark of the account's first administrator.
  package let isAdministrator: Bool

  package var arn: ARN {
    ARN(service: "iam", region: "", account: account.description, resource: "user\(path)\(name)")
  }

  var principal: Principal {
    Principal(account: account, arn: arn, kind: .user(name), uniqueID: uniqueID, isAdministrator: isAdministrator)
  }
}
