import Functions
import JSON
import Wire

extension MemberReader {
  /// Reads `TenancyConfig`, which only CreateFunction has.
  mutating func tenancy() throws(Fault) -> TenantIsolation? {
    guard let tenancy = try structure("TenancyConfig") else { return nil }
    guard let mode = try tenancy.string("TenantIsolationMode") else {
      note(nil, at: "TenancyConfig.tenantIsolationMode", "Member must not be null")
      return nil
    }
    check(mode, at: "TenancyConfig.tenantIsolationMode", oneOf: [TenantIsolation.perTenant.rawValue])
    return TenantIsolation(rawValue: mode)
  }

  /// Reads the tenant that an invocation is for.
  mutating func tenantID() -> TenantID? {
    guard let text = header("TenantId", in: "X-Amz-Tenant-Id") else { return nil }
    check(text, at: "TenantId", lengths: TenantID.lengths)
    check(text, at: "TenantId", pattern: TenantID.pattern, matches: TenantID.hasOnlyAllowed)
    return TenantID(text)
  }
}

extension FunctionConfiguration {
  /// The `TenancyConfig` shape; nil for a function that knows no tenants.
  var tenancyMembers: JSONValue? { tenancy.map { ["TenantIsolationMode": .string($0.rawValue)] } }

  /// - Throws: when a function that keeps tenants apart is not told the tenant, or another function is told one.
  func check(_ tenant: TenantID?) throws(Fault) {
    switch (tenancy, tenant) {
    case (.perTenant, nil):
      throw LambdaErrors.invalidParameter(
        "The invoked function is enabled with tenancy configuration. "
          + "Add a valid tenant ID in your request and try again.")
    case (nil, .some):
      throw LambdaErrors.invalidParameter(
        "The invoked function is not enabled with tenancy configuration. "
          + "Remove the tenant ID from your request and try again.")
    case (.perTenant, .some), (nil, nil): return
    }
  }
}
