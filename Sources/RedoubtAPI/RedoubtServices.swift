package import Functions
package import Telemetry

/// What the operations of Redoubt's own API stand on.
package struct RedoubtServices: Sendable {
  let catalog: FunctionCatalog
  let registry: FunctionRegistry
  let findings: FindingStore

  package init(catalog: FunctionCatalog, registry: FunctionRegistry, findings: FindingStore) {
    self.catalog = catalog
    self.registry = registry
    self.findings = findings
  }
}
