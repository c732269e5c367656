package import Identity
package import Wire

/// The only policy of this version: an account's administrator may do everything in that account, nobody else anything.
package struct AdministratorPolicy: PolicySource {
  package init() {}

  package func decide(_ request: AccessRequest, for principal: Principal) -> Decision {
    principal.isAdministrator ? .allow : .deny(.implicit)
  }
}
