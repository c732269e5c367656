import Core
import Functions

/// What an environment is started from. Environments of one key are interchangeable.
struct EnvironmentSpec: Sendable {
  struct Key: Hashable, Sendable {
    let revisionID: String
    let hygiene: HygieneMode
    let tenantID: TenantID?

    /// Without what has one value for most: it is done several times a request.
    func hash(into hasher: inout Hasher) {
      hasher.combine(revisionID)
      hasher.combine(tenantID)
    }
  }

  let version: FunctionVersion
  let hygiene: HygieneMode
  /// The only one that an environment ever works for; nil for a function that knows no tenants.
  let tenantID: TenantID?
  var initialization: InitializationType

  init(version: FunctionVersion, hygiene: HygieneMode, tenantID: TenantID?) {
    self.version = version
    self.hygiene = hygiene
    self.tenantID = tenantID
    initialization = version.isSnapStarted ? .snapStart : .onDemand
  }

  var key: Key { Key(revisionID: version.revisionID, hygiene: hygiene, tenantID: tenantID) }
}

extension EnvironmentSpec {
  var owner: PoolOwner {
    PoolOwner(
      account: "\(version.place.account)/\(version.place.region)", function: version.name.description)
  }
}

/// Whether an environment was started for work or ahead of it, in Lambda's words. All environments of a snap-started
/// version are alike: those that work has to wait for are parked and restored as well.
package enum InitializationType: String, Sendable {
  case onDemand = "on-demand"
  case provisionedConcurrency = "provisioned-concurrency"
  case snapStart = "snap-start"
}
