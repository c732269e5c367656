import Authorization
import Core
import Identity
import Policy

extension AccountID {
  /// Of most tests.
  static var test: AccountID {
    guard let id = AccountID("000000000000") else { preconditionFailure("twelve digits are an id") }
    return id
  }
}

/// The administrator has one document, nobody else has any.
struct FixedPolicies: PolicySource {
  var document = #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#
  var whole: [String: String] = [:]
  /// Of every resource.
  var trust: String?

  func policies(of principal: Principal) -> PrincipalPolicies? {
    let documents = [try? PolicyDocument(parsing: document.utf8)].compactMap { $0 }
    return PrincipalPolicies(PolicySet(identity: principal.isAdministrator ? documents : []), names: ["all"], tags: [:])
  }

  var bounds: [String: AccountGuardrails] = ["000000000000": .none, "000000000001": .none]
  var managementAccount = AccountID.test
  /// Of every resource.
  var tags: [String: String] = [:]

  func guardrails(of account: String) -> AccountGuardrails? { bounds[account] }

  func wholeARN(_ arn: String) -> String { whole[arn] ?? arn }
  func resourcePolicy(of arn: String) -> PolicyDocument? {
    trust.flatMap { try? PolicyDocument(parsing: $0.utf8) }
  }
  func facts(of arn: String) -> IdentityFacts { IdentityFacts(tags: tags) }
  func owner(ofAccessKey id: String, in account: String) -> String? { nil }
}
