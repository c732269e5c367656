import Authorization
import Functions
import Identity
import Policy

/// All that decisions rest on: what hangs on identities, and what hangs on resources.
struct AllPolicies: PolicySource {
  let identities: IdentityDirectory
  let resources: ResourcePolicies

  func policies(of principal: Principal) -> PrincipalPolicies? { identities.policies(of: principal) }

  func wholeARN(_ arn: String) -> String { identities.wholeARN(arn) }

  func facts(of arn: String) -> IdentityFacts { identities.facts(of: arn) }

  func resourcePolicy(of arn: String) -> PolicyDocument? {
    arn.hasPrefix("arn:aws:lambda:") ? resources.document(of: arn) : identities.resourcePolicy(of: arn)
  }
}
