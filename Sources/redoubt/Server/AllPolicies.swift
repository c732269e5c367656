import Authorization
import Core
import Functions
import Identity
import Policy

/// All that decisions rest on: what hangs on identities, and what hangs on resources.
struct AllPolicies: PolicySource {
  let identities: IdentityDirectory
  let organization: OrganizationDirectory
  let resources: ResourcePolicies
  let functions: FunctionCatalog

  func policies(of principal: Principal) -> PrincipalPolicies? { identities.policies(of: principal) }

  func guardrails(of account: String) -> AccountGuardrails? { organization.guardrails(of: account) }

  var managementAccount: AccountID { organization.management }

  func wholeARN(_ arn: String) -> String { identities.wholeARN(arn) }

  func facts(of arn: String) -> IdentityFacts {
    guard arn.hasPrefix("arn:aws:lambda:") else { return identities.facts(of: arn) }
    return IdentityFacts(tags: tags(of: arn))
  }

  func owner(ofAccessKey id: String, in account: String) -> String? { identities.owner(ofAccessKey: id, in: account) }

  /// Those of a function, whichever of its versions is named.
  private func tags(of arn: String) -> [String: String] {
    guard let reference = FunctionReference(arn), let account = reference.account.flatMap({ AccountID($0) }),
      let region = reference.region.flatMap({ Region($0) })
    else { return [:] }
    return functions.tags(of: reference.name, at: AccountRegion(account: account, region: region))
  }

  func resourcePolicy(of arn: String) -> PolicyDocument? {
    arn.hasPrefix("arn:aws:lambda:") ? resources.document(of: arn) : identities.resourcePolicy(of: arn)
  }
}
