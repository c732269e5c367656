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
  private let memoryReserve: Int

  /// - Parameters:
  ///   - capacity: execution environments at once on this host.
  ///   - idleTimeout: after which an environment without work is ended.
  ///   - memoryReserve: bytes of the host's memory; while less is available, idle environments are ended.
  package init(
    capacity: Int, idleTimeout: Duration, memoryReserve: Int, spawner: Spawner, library: CodeLibrary,
    runtimes: RuntimeCatalog, environment: FunctionEnvironment, records: LogWriter, findings: FindingRecorder,
    group: any EventLoopGroup, time: any TimeSource, random: any RandomSource, log: Logger
  ) {
    preparation = CodePreparation(library: library)
    self.spawner = spawner
    self.memoryReserve = memoryReserve
    let services = ExecutionServices(
      spawner: spawner, runtimes: runtimes, environment: environment, records: records, findings: findings,
      time: time, random: random, log: log)
    pool = SandboxPool(
      capacity: capacity, idleTimeout: idleTimeout, services: services, group: group, preparation: preparation)
  }

  /// Starts an invocation. Returns at once; the outcome goes to `receiver`, from any event loop.
  package func invoke(
    _ call: Authorized<InvocationRequest>, lease: Lease, receiver: any OutcomeReceiver
  ) {
    let invocation = Invocation(requestID: call.requestID, request: call.value, lease: lease, receiver: receiver)
    pool.submit(invocation)
  }

  /// Ends the environments of a version that was replaced or deleted, busy ones after their work.
  package func retire(_ version: FunctionVersion) { pool.retire(version) }

  /// Ends the environments that a version has under its old hygiene mode, busy ones after their work.
  package func apply(_ change: HygieneChange) { pool.apply(change) }

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
  }

  private func reap() async {
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      pool.reap()
      if let memory = HostMemory.now(), memory.available < memoryReserve { pool.relieve() }
    }
  }
}
