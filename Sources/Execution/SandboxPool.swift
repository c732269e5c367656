import Core
import Functions
import NIOCore
import Sandbox
import Synchronization

/// Carries out what the pool's state machine decides. Its lock is never held across I/O or a callback.
final class SandboxPool: Sendable {
  private typealias Machine = PoolStateMachine<EnvironmentSpec.Key, EnvironmentSpec, Invocation>

  private struct State {
    var machine: Machine
    var environments: [EnvironmentID: ExecutionEnvironment] = [:]
    /// The keys of each function of which environments are kept ahead of work.
    var kept: [ARN: Set<EnvironmentSpec.Key>] = [:]
    var failures: [EnvironmentSpec.Key: InitialisedEnvironments.Failure] = [:]
    /// Resumed when the last environment is gone; for shutdown.
    var whenEmpty: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>
  private let services: ExecutionServices
  private let group: any EventLoopGroup
  private let preparation: CodePreparation
  private let isDraining = Draining()

  init(
    capacity: Int, idleTimeout: Duration, services: ExecutionServices, group: any EventLoopGroup,
    preparation: CodePreparation
  ) {
    state = Mutex(State(machine: Machine(capacity: capacity, idleTimeout: idleTimeout) { _, spec in spec.owner }))
    self.services = services
    self.group = group
    self.preparation = preparation
  }

  func submit(_ invocation: Invocation) {
    let spec = EnvironmentSpec(
      version: invocation.version, hygiene: invocation.request.hygiene, tenantID: invocation.request.tenantID)
    perform { $0.submit(invocation, key: spec.key, spec: spec) }
  }

  func available(_ id: EnvironmentID) {
    let now = services.time.monotonicTime()
    perform { $0.available(id, at: now) }
  }

  func finishing(_ id: EnvironmentID) { state.withLock { $0.machine.finishing(id) } }

  func overdue(_ id: EnvironmentID) { perform { $0.overdue(id) } }

  func ending(_ id: EnvironmentID) { perform { $0.ending(id) } }

  func ended(_ id: EnvironmentID, _ failure: EnvironmentFailure) {
    let environment = state.withLock { state in
      noteFailureAhead(of: id, failure, &state)
      return state.environments.removeValue(forKey: id)
    }
    let isReported = perform(failure) { $0.ended(id) }
    if !isReported, let environment { services.recordRest(of: failure, version: environment.version) }
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.machine.count == 0 else { return [] }
      defer { state.whenEmpty = [] }
      return state.whenEmpty
    }
    waiting.forEach { $0.resume() }
  }

  /// Ends the environments of a version that was replaced or deleted.
  func retire(_ version: FunctionVersion) {
    perform { $0.retire { $0.revisionID == version.revisionID } }
  }

  /// Ends the environments that a version has under one mode, for it has another one now.
  func apply(_ change: HygieneChange) {
    perform {
      let revisionID = change.version.revisionID
      $0.readmit { $0.revisionID == revisionID && $0.hygiene == change.new }
      return $0.retire { $0.revisionID == revisionID && $0.hygiene == change.old }
    }
  }

  /// Sets which environments of a function are kept initialised ahead of work.
  ///
  /// - Parameter wanted: asked while nobody else sets any, so that of two changes the later one stays.
  func keepInitialised(of function: ARN, _ wanted: () -> [WantedEnvironments]) {
    state.withLock { state in
      var counts: [EnvironmentSpec.Key: (spec: EnvironmentSpec, count: Int)] = [:]
      for one in wanted() {
        let spec = EnvironmentSpec(version: one.version, hygiene: one.hygiene, tenantID: nil)
        counts[spec.key] = (spec, (counts[spec.key]?.count ?? 0) + one.count)
      }
      for key in state.kept[function] ?? [] where counts[key] == nil { state.machine.release(key) }
      for (key, one) in counts { state.machine.keep(one.count, key: key, spec: one.spec) }
      for key in (state.kept[function] ?? []).union(counts.keys) { state.failures[key] = nil }
      state.kept[function] = counts.isEmpty ? nil : Set(counts.keys)
    }
  }

  func initialisedAhead(_ spec: EnvironmentSpec) -> InitialisedEnvironments {
    state.withLock { state in
      let (count, available) = state.machine.initialisedAhead(spec.key)
      return InitialisedEnvironments(count: count, available: available, failure: state.failures[spec.key])
    }
  }

  /// Notes that an environment which was started ahead did not get through its init phase. The end of the spawner, which
  /// takes all with it, says nothing of the function.
  private func noteFailureAhead(of id: EnvironmentID, _ failure: EnvironmentFailure, _ state: inout State) {
    guard let key = state.machine.keyOfStartAhead(id) else { return }
    if case .runtime(let cause, _, _, _) = failure {
      if case .exited(let exit) = cause, exit.cause == .lost { return }
      state.failures[key] = .initialization
    }
    state.machine.failedAhead(key, at: services.time.monotonicTime())
  }

  func reap() {
    let now = services.time.monotonicTime()
    perform { $0.reap(at: now) }
  }

  /// Ends all environments and waits until they are gone.
  func endAll() async {
    isDraining.set()
    perform { $0.endAll() }
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        guard state.machine.count > 0 else { return true }
        state.whenEmpty.append(continuation)
        return false
      }
      if isEmpty { continuation.resume() }
    }
  }

  /// - Returns: whether an invocation was failed with `failure`.
  @discardableResult
  private func perform(
    _ failure: EnvironmentFailure? = nil, _ decide: (inout Machine) -> [Machine.Action]
  ) -> Bool {
    var isReported = false
    let actions = state.withLock { decide(&$0.machine) }
    for action in actions {
      switch action {
      case .run(let invocation, let id): run(invocation, on: id)
      case .start(let id, let spec): start(id, spec)
      case .startAhead(let id, var spec):
        spec.initialization = .provisionedConcurrency
        start(id, spec)
      case .end(let id): end(id)
      case .refuse(let invocation): invocation.fail(isDraining.isSet ? .shuttingDown : .noCapacity)
      case .fail(let invocation):
        fail(invocation, failure)
        isReported = true
      }
    }
    return isReported
  }

  private func run(_ invocation: Invocation, on id: EnvironmentID) {
    guard let environment = state.withLock({ $0.environments[id] }) else { return submit(invocation) }
    environment.onLoop { environment.run(invocation) }
  }

  private func end(_ id: EnvironmentID) {
    guard let environment = state.withLock({ $0.environments[id] }) else { return }
    environment.onLoop { environment.end() }
  }

  private func start(_ id: EnvironmentID, _ spec: EnvironmentSpec) {
    let environment = ExecutionEnvironment(
      id: id, spec: spec, eventLoop: group.next(), services: services, pool: self)
    state.withLock { $0.environments[id] = environment }
    // `endAll` may have come between the decision and this line, and found nothing to end.
    if isDraining.isSet { environment.onLoop { environment.end() } }
    EnvironmentStart(environment: environment, services: services, preparation: preparation).begin()
  }

  /// The environment that was started for this invocation did not come to take it.
  private func fail(_ invocation: Invocation, _ failure: EnvironmentFailure?) {
    switch failure {
    case .runtime(let failure, let log, let stream, let memoryPeak):
      services.deliver(invocation, failure, log: log, stream: stream, memoryPeak: memoryPeak)
    case .platform(let reason): invocation.fail(reason)
    case nil: invocation.fail(.sandbox)
    }
  }
}

/// Why an environment is gone.
enum EnvironmentFailure: Sendable {
  /// Its runtime ended; with what was logged since the last invocation, and the bytes at the peak where they are known.
  case runtime(RuntimeFailure, log: InvocationLog, stream: String, memoryPeak: Int?)
  /// Its sandbox was never made.
  case platform(ExecutionFailure)
}
