import Core
import Functions
import Synchronization

/// Environments that are initialised ahead of work.
extension SandboxPool {
  /// Sets which environments of a function are kept initialised ahead of work.
  ///
  /// - Parameter wanted: asked while nobody else sets any, so that of two changes the later one stays.
  func keepInitialised(of function: ARN, _ wanted: () -> [WantedEnvironments]) {
    let now = services.time.monotonicTime()
    state.withLock { state in
      var counts: [EnvironmentSpec.Key: (spec: EnvironmentSpec, count: Int)] = [:]
      var stocks: [EnvironmentSpec.Key: (spec: EnvironmentSpec, isFirst: Bool)] = [:]
      for one in wanted() {
        let spec = EnvironmentSpec(version: one.version, hygiene: one.hygiene, tenantID: nil)
        switch one.purpose {
        case .provisionedConcurrency(let count):
          counts[spec.key] = (spec, (counts[spec.key]?.count ?? 0) + count)
        case .snapStart(let isFirst): stocks[spec.key] = (spec, isFirst)
        }
      }
      let known = state.kept[function] ?? []
      let next = Set(counts.keys).union(stocks.keys)
      for key in known.subtracting(next) { state.machine.release(key) }
      for key in known.subtracting(stocks.keys) { state.forgetStock(key) }
      for (key, one) in counts { state.machine.keep(one.count, key: key, spec: one.spec) }
      for (_, one) in stocks { state.park(one.spec, isFirst: one.isFirst, at: now) }
      for key in known.union(next) { state.failures[key] = nil }
      state.kept[function] = next.isEmpty ? nil : next
    }
  }

  func initialisedAhead(_ spec: EnvironmentSpec) -> InitialisedEnvironments {
    state.withLock { state in
      let (count, available) = state.machine.initialisedAhead(spec.key)
      return InitialisedEnvironments(count: count, available: available, failure: state.failures[spec.key])
    }
  }
}

extension SandboxPool.State {
  mutating func park(_ spec: EnvironmentSpec, isFirst: Bool, at now: MonotonicTime) {
    snapStart.follow(spec.key, at: now)
    awaited[spec.key] = isFirst ? spec.version : nil
    machine.park(snapStart.target(spec.key, isFirst: isFirst, at: now), key: spec.key, spec: spec)
  }

  mutating func forgetStock(_ key: EnvironmentSpec.Key) {
    snapStart.forget(key)
    awaited[key] = nil
  }

  /// Lets each stock follow demand.
  mutating func resizeStocks(isMemoryShort: Bool, at now: MonotonicTime) {
    snapStart.note(isMemoryShort: isMemoryShort, at: now)
    for (key, demand) in machine.takeDemand() {
      snapStart.note(key, taken: demand.taken, isInUse: demand.isInUse, at: now)
      machine.resizeStock(of: key, to: snapStart.target(key, isFirst: awaited[key] != nil, at: now))
    }
  }

  /// The environment waits for its first work.
  ///
  /// - Returns: that its version can be invoked from now on, if it could not before.
  mutating func takeReady(_ id: EnvironmentID) -> SnapshotOutcome? {
    guard !awaited.isEmpty, let key = machine.keyOfStartAhead(id), let version = awaited.removeValue(forKey: key) else {
      return nil
    }
    return SnapshotOutcome(version: version, failure: nil)
  }

  /// Notes that an environment which was started ahead did not get through its init phase. The end of the spawner, which
  /// takes all with it, says nothing of the function.
  ///
  /// - Returns: that its version cannot be invoked, if that was its first one, and by a fault of its own.
  mutating func noteFailureAhead(
    of id: EnvironmentID, _ end: EnvironmentEnd, at now: MonotonicTime
  ) -> SnapshotOutcome? {
    guard let key = machine.keyOfStartAhead(id) else { return nil }
    guard case .runtime(let failure, _, _) = end else {
      machine.failedAhead(key, at: now)
      return nil
    }
    if failure?.isOfPlatform ?? false { return nil }
    failures[key] = .initialization
    machine.failedAhead(key, at: now)
    guard let failure = failure?.snapshotFailure, let version = awaited.removeValue(forKey: key) else { return nil }
    return SnapshotOutcome(version: version, failure: failure)
  }
}
