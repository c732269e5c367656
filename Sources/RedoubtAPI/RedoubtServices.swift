package import Authorization
package import Core
package import Functions
package import Identity
package import SupplyChain
package import Telemetry

/// What the operations of Redoubt's own API stand on.
package struct RedoubtServices: Sendable {
  let catalog: FunctionCatalog
  let registry: FunctionRegistry
  let findings: FindingStore
  let logs: LogStore
  let packages: PackageStore
  let layers: LayerRegistry
  let metrics: MetricRegistry
  let decisions: DecisionLog
  let identities: IdentityRegistry
  let organization: OrganizationRegistry
  /// Hears of accounts that were suspended or resumed.
  private let accountChanged: @Sendable (AccountID) -> Void

  package init(
    catalog: FunctionCatalog, registry: FunctionRegistry, findings: FindingStore, logs: LogStore,
    packages: PackageStore, layers: LayerRegistry, metrics: MetricRegistry, decisions: DecisionLog,
    identities: IdentityRegistry, organization: OrganizationRegistry,
    accountChanged: @escaping @Sendable (AccountID) -> Void
  ) {
    self.catalog = catalog
    self.registry = registry
    self.findings = findings
    self.logs = logs
    self.packages = packages
    self.layers = layers
    self.metrics = metrics
    self.decisions = decisions
    self.identities = identities
    self.organization = organization
    self.accountChanged = accountChanged
  }

  /// Takes an account out of service or back, and its functions along.
  func setSuspended(_ isSuspended: Bool, _ id: AccountID) async throws -> Account {
    let account = try await organization.setSuspended(isSuspended, id)
    accountChanged(id)
    return account
  }
}
