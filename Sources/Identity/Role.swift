package import Core

/// An IAM role: policies that those whom it trusts take on for a while.
package struct Role: Hashable, Sendable {
  package let account: AccountID
  package let name: String
  /// Begins and ends with a slash.
  package let path: String
  /// `AROA...`
  package let uniqueID: String
  package let createdAt: WallTime
  /// The document that says who may assume it.
  package var trustPolicy: String
  /// The unique ids of the principals that it names, by their ARNs when it was written.
  package var trustedIDs: [String: String]
  package var description: String
  /// The longest session, in seconds, 3600 to 43200.
  package var maximumSession: Int

  package var arn: ARN {
    ARN(service: "iam", region: "", account: account.description, resource: "role\(path)\(name)")
  }
}
