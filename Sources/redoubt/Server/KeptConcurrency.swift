import Admission
import Core
import Execution
import Functions
import Identity
import Synchronization

/// Hands what the catalog knows of a function's concurrency to those who keep to it.
final class KeptConcurrency: Sendable {
  private let catalog: FunctionCatalog
  private let admission: AdmissionController
  private let executor: Executor
  private let accounts: OrganizationDirectory
  /// Accounts are followed one after the other, so that the last change is the one that holds.
  private let order = Mutex<Void>(())

  init(
    catalog: FunctionCatalog, admission: AdmissionController, executor: Executor, accounts: OrganizationDirectory
  ) {
    self.catalog = catalog
    self.admission = admission
    self.executor = executor
    self.accounts = accounts
  }

  /// Follows a function that was made or changed: what it will start from is made ready, unless its account is suspended.
  @Sendable func follow(_ name: FunctionName, at place: AccountRegion) {
    refresh(name, at: place)
    guard accounts.isActive(place.account), let version = catalog.version(name, .latest, at: place) else { return }
    executor.expect(version)
  }

  @Sendable func refresh(_ name: FunctionName, at place: AccountRegion) {
    admission.refresh(AdmissionScope(place: place, function: name.description)) { limits(of: name, at: place) }
    executor.keepInitialised(of: FunctionVersion.arn(name, at: place)) {
      guard accounts.isActive(place.account) else { return [] }
      let hygiene = catalog.hygiene(of: name, at: place)
      let provisioned = catalog.provisioned(of: name, at: place).map {
        WantedEnvironments(
          version: $0.version, hygiene: hygiene, purpose: .provisionedConcurrency($0.concurrency.requested))
      }
      return provisioned + snapStarted(of: name, at: place, hygiene)
    }
  }

  /// Follows an account that was suspended or resumed. Of a suspended one all environments end, busy ones after their work,
  /// and none is started ahead.
  @Sendable func refresh(_ account: AccountID) {
    order.withLock { _ in
      let isActive = accounts.isActive(account)
      for version in catalog.versions(of: account) {
        if isActive { executor.readmit(version) }
        refresh(version.name, at: version.place)
        if !isActive { executor.retire(version) }
      }
    }
  }

  private func snapStarted(
    of name: FunctionName, at place: AccountRegion, _ hygiene: HygieneMode
  ) -> [WantedEnvironments] {
    catalog.versions(of: name, at: place).compactMap { version in
      switch catalog.snapshot(of: version) {
      case .pending: WantedEnvironments(version: version, hygiene: hygiene, purpose: .snapStart(isFirst: true))
      case .ready: WantedEnvironments(version: version, hygiene: hygiene, purpose: .snapStart(isFirst: false))
      case nil, .failed: nil
      }
    }
  }

  /// - Returns: nil when there is no such function.
  private func limits(of name: FunctionName, at place: AccountRegion) -> FunctionLimits? {
    let provisioned = catalog.provisioned(of: name, at: place).map {
      ($0.version.qualifier.number, $0.concurrency.requested)
    }
    return catalog.concurrency(of: name, at: place).map {
      FunctionLimits(reserved: $0.reserved, provisioned: Dictionary(provisioned, uniquingKeysWith: +))
    }
  }
}
