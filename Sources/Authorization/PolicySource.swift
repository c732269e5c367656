package import Core
package import Identity
package import Policy

/// Knows the policies of all principals. Synchronous: the invoke path asks it on an event loop.
package protocol PolicySource: Sendable {
  /// What hangs on the principal; nil when the principal is not there any more.
  func policies(of principal: Principal) -> PrincipalPolicies?
  /// The whole ARN of a resource of IAM that was named without its path; any other ARN as it is.
  func wholeARN(_ arn: String) -> String
  /// What condition keys ask of a resource of IAM; nothing of any other.
  func facts(of arn: String) -> IdentityFacts
  /// The ARN of the account's user who has the long-term access key of that id; nil when there is none.
  func owner(ofAccessKey id: String, in account: String) -> String?
  /// The policy that hangs on the resource; nil where there is none.
  func resourcePolicy(of arn: String) -> PolicyDocument?
  /// What binds the account of that id; nil for one that is not there, or is suspended.
  func guardrails(of account: String) -> AccountGuardrails?
  /// The account of whoever runs the platform.
  var managementAccount: AccountID { get }
}
