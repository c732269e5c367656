package import Policy

/// Why a request about accounts or guardrails was not carried out. The messages reach callers.
package enum OrganizationFailure: Error, Hashable, Sendable {
  case noSuchAccount(String)
  case accountExists(String)
  /// What was asked for cannot be done to the management account.
  case managementAccount(String)
  case noSuchGuardrail(String)
  case malformedGuardrail(PolicyError)
  case limitExceeded(String)
}
