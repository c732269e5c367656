package import Functions
package import Telemetry

/// What the operations of Redoubt's own API stand on.
package struct RedoubtServices: Sendable {
  let catalog: FunctionCatalog
  let registry: FunctionRegistry
  let findings: FindingStore
  let logs: LogStore

  package init(catalog: FunctionCatalog, registry: FunctionRegistry, findings: FindingStore, logs: LogStore) {
    self.catalog = catalog
    self.registry = registry
    self.findings = findings
    self.logs = logs
  }
}
