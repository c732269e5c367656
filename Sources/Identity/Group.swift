package import Core

/// An IAM group: users who share policies.
package struct Group: Hashable, Sendable {
  package let account: AccountID
  package let name: String
  /// Begins and ends with a slash.
  package let path: String
  /// `AGPA...`
  package let uniqueID: String
  package let createdAt: WallTime

  package var arn: ARN {
    ARN(service: "iam", region: "", account: account.description, resource: "group\(path)\(name)")
  }
}
