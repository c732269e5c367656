import Authorization
import Core
import Identity
import Policy

/// Everybody may do everything.
struct OpenPolicies: PolicySource {
  var managementAccount: AccountID {
    guard let id = AccountID("000000000001") else { preconditionFailure("twelve digits are an id") }
    return id
  }

  func guardrails(of account: String) -> AccountGuardrails? { AccountGuardrails.none }
  func policies(of principal: Principal) -> PrincipalPolicies? {
    let document = #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#
    return PrincipalPolicies(
      PolicySet(identity: [try? PolicyDocument(parsing: document.utf8)].compactMap { $0 }), names: ["all"], tags: [:])
  }

  func wholeARN(_ arn: String) -> String { arn }
  func resourcePolicy(of arn: String) -> PolicyDocument? { nil }
  func facts(of arn: String) -> IdentityFacts { IdentityFacts() }
  func owner(ofAccessKey id: String, in account: String) -> String? { nil }
}
