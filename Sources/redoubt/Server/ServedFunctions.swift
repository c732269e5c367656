import Core
import Execution
import Functions
import Identity

/// What follows for an account's functions when it is suspended or resumed.
struct ServedFunctions: Sendable {
  let catalog: FunctionCatalog
  let kept: KeptConcurrency
  let executor: Executor

  /// Of a suspended account all environments end, busy ones after their work, and none is started ahead.
  func refresh(_ account: AccountID) {
    let isActive = kept.organization.isActive(account)
    for version in catalog.versions(of: account) {
      if isActive { executor.readmit(version) }
      kept.refresh(version.name, at: version.place)
      if !isActive { executor.retire(version) }
    }
  }
}
