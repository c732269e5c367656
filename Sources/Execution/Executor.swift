package import Admission
package import Authorization
package import Core
package import Functions
package import Logging
package import NIOCore
package import Sandbox
package import SupplyChain
package import Telemetry

/// Runs functions. The only way in takes a proof of authorization and a lease.
package final class Executor: Sendable {
  private let pool: SandboxPool
  private let preparation: CodePreparation
  private let spawner: Spawner
  private let stock: StockKeeper
  private let runtimes: RuntimeCatalog
  private let time: any TimeSource
  private let random: any RandomSource
  private let memoryReserve: Int
  private let connections = ConnectionWatch()

  /// - Parameters:
  ///   - capacity: execution environments at once on this host.
  ///   - idleTimeout: after which an environment without work is ended.
  ///   - memoryReserve: bytes of the host's memory; while less is available, idle environments are ended.
  ///   - sessions: give environments their functions' roles.
  ///   - gate: serves the platform to the code inside.
  package init(
    capacity: Int, idleTimeout: Duration, memoryReserve: Int, spawner: Spawner, library: CodeLibrary,
    runtimes: RuntimeCatalog, environment: FunctionEnvironment, records: LogWriter, findings: FindingRecorder,
    metrics: MetricRegistry, group: any EventLoopGroup, sessions: FunctionSessions, gate: any PlatformGate,
    time: any TimeSource, random: any RandomSource, log: Logger
  ) {
    preparation = CodePreparation(library: library)
    self.runtimes = runtimes
    self.spawner = spawner
    self.memoryReserve = memoryReserve
    stock = StockKeeper(spawner: spawner, runtimes: runtimes, memoryReserve: memoryReserve, time: time)
    self.time = time
    self.random = random
    let services = ExecutionServices(
      spawner: spawner, runtimes: runtimes, stock: stock, environment: environment, records: records,
      findings: findings, metrics: metrics,
      time: time, random: random, log: log, freezing: FreezingQueue(time: time), sessions: sessions, gate: gate,
      connections: connections)
    pool = SandboxPool(
      capacity: capacity, idleTimeout: idleTimeout, services: services, group: group, preparation: preparation)
  }

  /// Starts an invocation. Returns at once; the outcome goes to `receiver`, from any event loop.
  package func invoke(
    _ call: Authorized<InvocationRequest>, lease: Lease, receiver: any OutcomeReceiver
  ) {
    let trace = call.value.trace?.completed(from: random) ?? TraceHeader(at: time.wallTime(), from: random)
    let invocation = Invocation(
      requestID: call.requestID, request: call.value, trace: trace, lease: lease, receiver: receiver)
    pool.submit(invocation)
  }

  /// Environments that exist, those about to end included.
  package var environmentCount: Int { pool.count }

  /// How many sandboxes of which kind are to be ready.
  package var stockTargets: [(labels: MetricLabels, count: Int)] { stock.targets }

  /// The version is stored and may be called: environments of its kind are to be ready, and its code compiled.
  package func expect(_ version: FunctionVersion) {
    stock.expect(version)
    if let runtime = runtimes.runtime(version.configuration.runtime) {
      preparation.compiled(version.codeArtifact, by: runtime)
    }
  }

  /// Ends the environments of a version that was replaced or deleted, busy ones after their work.
  package func retire(_ version: FunctionVersion) { pool.retire(version) }

  /// A version that was retired is in use again: its environments are kept.
  package func readmit(_ version: FunctionVersion) { pool.readmit(version) }

  /// Ends the environments that a version has under its old hygiene mode, busy ones after their work.
  package func apply(_ change: HygieneChange) { pool.apply(change) }

  /// Sets which environments of a function are kept initialised ahead of work; they are started within seconds.
  ///
  /// - Parameter wanted: asked while nobody else sets any, so that of two changes the later one stays.
  package func keepInitialised(of function: ARN, _ wanted: () -> [WantedEnvironments]) {
    pool.keepInitialised(of: function, wanted)
  }

  /// What became of the first environments of snap-started versions; for one reader.
  package var snapshots: AsyncStream<SnapshotOutcome> { pool.snapshots }

  /// What there is of the environments of a version that are kept initialised ahead of work.
  package func initialisedAhead(_ version: FunctionVersion, hygiene: HygieneMode) -> InitialisedEnvironments {
    pool.initialisedAhead(EnvironmentSpec(version: version, hygiene: hygiene, tenantID: nil))
  }

  /// Unpacks code for environments that wait for it, and ends idle environments, until the task is cancelled.
  package func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.preparation.run() }
      group.addTask { await self.reap() }
    }
  }

  /// Takes no more work and ends all environments; what is still running is cut off.
  package func shutDown() async {
    spawner.close()
    await pool.endAll()
    connections.stop()
  }

  private func reap() async {
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      pool.reap()
      if let memory = HostMemory.now(), memory.available < memoryReserve { pool.relieve() }
      stock.adjust()
    }
  }
}
