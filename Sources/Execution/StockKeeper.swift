import Core
import Functions
import Sandbox
import Synchronization
import Telemetry

/// Tells the spawner what to keep ready, and each start which line it may take from.
final class StockKeeper: Sendable {
  private let spawner: Spawner
  private let runtimes: RuntimeCatalog
  private let memoryReserve: Int
  private let time: any TimeSource
  private let state = Mutex(StockPolicy(capacity: Spawner.stockLines))

  /// - Parameter memoryReserve: bytes that are to stay available on the host. The stock gives way before it is reached.
  init(spawner: Spawner, runtimes: RuntimeCatalog, memoryReserve: Int, time: any TimeSource) {
    self.spawner = spawner
    self.runtimes = runtimes
    self.memoryReserve = memoryReserve
    self.time = time
  }

  /// The version may be called from now on: its first call is to find something ready.
  func expect(_ version: FunctionVersion) {
    guard let line = line(of: version) else { return }
    let now = time.monotonicTime()
    _ = state.withLock { $0.number(of: line, at: now) }
    adjust()
  }

  /// An environment of the version is about to be started.
  ///
  /// - Parameter variables: the function's own.
  /// - Returns: the number of the line that it may be taken from; nil when the runtime has to be executed with those
  ///   variables.
  func take(_ version: FunctionVersion, variables: [String: String]) -> Int? {
    guard let line = line(of: version), !line.kind.isUnfit(for: variables) else { return nil }
    let now = time.monotonicTime()
    let (number, isNew) = state.withLock { policy in
      let before = policy.count
      return (policy.taken(line, at: now), policy.count != before)
    }
    if isNew { adjust() }
    return number
  }

  /// Follows demand, and gives way when memory is short.
  func adjust() {
    let now = time.monotonicTime()
    let isMemoryShort = isMemoryShort
    // Under the lock, so that the last thing said is the last thing decided.
    state.withLock { policy in
      for target in policy.targets(at: now, isMemoryShort: isMemoryShort) {
        spawner.keepReady(target.count, of: target.line, as: target.number)
      }
    }
  }

  /// What the spawner was told last.
  var targets: [(labels: MetricLabels, count: Int)] {
    let now = time.monotonicTime()
    let isMemoryShort = isMemoryShort
    return state.withLock { $0.targets(at: now, isMemoryShort: isMemoryShort) }.map { target in
      let runtime = runtimes.runtimes[target.line.runtime].identifier
      let labels = MetricLabels([
        "line": String(target.number), "runtime": runtime, "kind": target.line.kind.name,
      ])
      return (labels, target.count)
    }
  }

  /// Whether so little memory is left that nothing more than is needed is kept ready.
  var isMemoryShort: Bool { HostMemory.now().map { $0.available < 2 * memoryReserve } ?? false }

  private func line(of version: FunctionVersion) -> StockLine? {
    guard let runtime = runtimes.runtime(version.configuration.runtime) else { return nil }
    return StockLine(runtime, version)
  }
}

extension StockLine {
  fileprivate init(_ runtime: Runtime, _ version: FunctionVersion) {
    let variables = EnvironmentVariables.beforeFunction(runtime, memorySize: version.configuration.memorySize)
    switch runtime.family {
    case .python:
      self.init(kind: .forked(version.place.account), runtime: runtime.index, environment: variables)
    case .node: self.init(kind: .booted, runtime: runtime.index, environment: variables)
    case .custom: self.init(kind: .prepared, runtime: runtime.index, environment: variables)
    }
  }
}

extension StockLine.Kind {
  fileprivate var name: String {
    switch self {
    case .prepared: "prepared"
    case .booted: "booted"
    case .forked: "forked"
    }
  }

  /// Whether variables among these would change a process that runs already: a loader, an interpreter or a library reads
  /// them at its start only.
  fileprivate func isUnfit(for variables: [String: String]) -> Bool {
    guard self != .prepared else { return false }
    return variables.keys.contains { name in
      Self.readAtStart.contains(name) || Self.prefixesReadAtStart.contains { name.hasPrefix($0) }
    }
  }

  private static let readAtStart: Set = [
    "GLIBC_TUNABLES", "LANG", "LANGUAGE", "OPENSSL_CONF", "AWS_LAMBDA_EXEC_WRAPPER",
  ]
  private static let prefixesReadAtStart = ["LD_", "PYTHON", "NODE_", "LC_", "MALLOC_", "UV_"]
}
