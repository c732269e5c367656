/// Whether the environments of a function are kept apart by the tenant that an invocation names.
package enum TenantIsolation: String, Hashable, Sendable, Codable {
  case perTenant = "PER_TENANT"
}
