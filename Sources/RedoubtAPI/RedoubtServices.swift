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
  let accountChanged: @Sendable (AccountID) -> Void

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
}
