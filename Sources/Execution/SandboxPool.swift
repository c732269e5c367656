import Core
import Functions
import Logging
import NIOCore
import Sandbox
import Synchronization

/// Carries out what the pool's state machine decides. Its lock is never held across I/O or a callback.
final class SandboxPool: Sendable {
  typealias Machine = PoolStateMachine<EnvironmentSpec.Key, EnvironmentSpec, Invocation, EnvironmentFailure>

  struct State {
    var machine: Machine
    var environments: [EnvironmentID: ExecutionEnvironment] = [:]
    /// Whether a look at what is to be frozen is due at some time.
    var isFreezeScheduled = false
    /// The keys of each function of which environments are kept ahead of work.
    var kept: [ARN: Set<EnvironmentSpec.Key>] = [:]
    var failures: [EnvironmentSpec.Key: InitialisedEnvironments.Failure] = [:]
    var snapStart = SnapStartPolicy<EnvironmentSpec.Key>()
    /// Snap-started versions that cannot be invoked before an environment of theirs has been through its init phase.
    var awaited: [EnvironmentSpec.Key: FunctionVersion] = [:]
    /// Resumed when the last environment is gone; for shutdown.
    var whenEmpty: [CheckedContinuation<Void, Never>] = []

    /// When to look at what is to be frozen; nil: nothing is, or somebody is about to look.
    mutating func takeFreezeDue() -> MonotonicTime? {
      guard !isFreezeScheduled, let due = machine.freezeDue else { return nil }
      isFreezeScheduled = true
      return due
    }
  }

  let state: Mutex<State>
  let services: ExecutionServices
  /// What became of the first environments of snap-started versions; for one reader.
  let snapshots: AsyncStream<SnapshotOutcome>
  private let toldSnapshots: AsyncStream<SnapshotOutcome>.Continuation
  private let group: any EventLoopGroup
  private let preparation: CodePreparation
  private let isDraining = Draining()

  init(
    capacity: Int, idleTimeout: Duration, services: ExecutionServices, group: any EventLoopGroup,
    preparation: CodePreparation
  ) {
    let machine = Machine(
      capacity: capacity, idleTimeout: idleTimeout, freezeDelay: ExecutionLimits.freezeDelay,
      lifetime: ExecutionLimits.environmentLifetime,
      owner: { _, spec in spec.owner })
    state = Mutex(State(machine: machine))
    (snapshots, toldSnapshots) = AsyncStream.makeStream(of: SnapshotOutcome.self)
    self.services = services
    self.group = group
    self.preparation = preparation
  }

  func submit(_ invocation: Invocation) {
    let spec = EnvironmentSpec(
      version: invocation.version, hygiene: invocation.request.hygiene, tenantID: invocation.request.tenantID)
    let now = services.time.monotonicTime()
    perform { $0.submit(invocation, key: spec.key, at: now, spec: spec) }
  }

  /// - Parameter eventLoop: the environment's.
  func available(_ id: EnvironmentID, on eventLoop: any EventLoop) {
    let now = services.time.monotonicTime()
    let (ready, actions, freezeDue) = state.withLock { state in
      (state.takeReady(id), state.machine.available(id, at: now), state.takeFreezeDue())
    }
    if let ready { toldSnapshots.yield(ready) }
    carryOut(actions)
    if let freezeDue { scheduleFreeze(at: freezeDue, now: now, on: eventLoop) }
  }

  func finishing(_ id: EnvironmentID) { state.withLock { $0.machine.finishing(id) } }

  func overdue(_ id: EnvironmentID) {
    let now = services.time.monotonicTime()
    perform { $0.overdue(id, at: now) }
  }

  func ending(_ id: EnvironmentID) {
    let now = services.time.monotonicTime()
    perform { $0.ending(id, at: now) }
  }

  func ended(_ id: EnvironmentID, _ end: EnvironmentEnd) {
    let now = services.time.monotonicTime()
    let (failed, environment) = state.withLock { state in
      (state.noteFailureAhead(of: id, end, at: now), state.environments.removeValue(forKey: id))
    }
    if let failed { toldSnapshots.yield(failed) }
    let actions = perform(end) { $0.ended(id, end.decided, at: now) }
    if !actions.contains(where: \.isSecondStart), let environment {
      services.recordRest(of: end, version: environment.version)
    }
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

  func readmit(_ version: FunctionVersion) {
    state.withLock { $0.machine.readmit { $0.revisionID == version.revisionID } }
  }

  /// Ends the environments that a version has under one mode, for it has another one now.
  func apply(_ change: HygieneChange) {
    perform {
      let revisionID = change.version.revisionID
      $0.readmit { $0.revisionID == revisionID && $0.hygiene == change.new }
      return $0.retire { $0.revisionID == revisionID && $0.hygiene == change.old }
    }
  }

  var count: Int { state.withLock { $0.machine.count } }

  func reap() {
    let now = services.time.monotonicTime()
    let isMemoryShort = services.stock.isMemoryShort
    state.withLock { $0.resizeStocks(isMemoryShort: isMemoryShort, at: now) }
    perform { $0.reap(at: now) }
  }

  /// Ends idle environments because memory is short.
  func relieve() {
    let now = services.time.monotonicTime()
    let ended = perform { $0.relieve(at: now) }.count
    if ended > 0 {
      services.log.notice("memory is short: ends idle environments", metadata: ["environments": "\(ended)"])
    }
  }

  /// One timer for all environments: while work comes back to back it runs out once in the freeze delay, whatever the
  /// number of requests.
  private func scheduleFreeze(at due: MonotonicTime, now: MonotonicTime, on eventLoop: any EventLoop) {
    eventLoop.scheduleTask(in: .nanoseconds(max(0, (due - now).wholeNanoseconds))) { [weak self] in
      self?.freeze(on: eventLoop)
    }
  }

  private func freeze(on eventLoop: any EventLoop) {
    let now = services.time.monotonicTime()
    let (actions, next) = state.withLock { state in
      state.isFreezeScheduled = false
      return (state.machine.freeze(at: now), state.takeFreezeDue())
    }
    carryOut(actions)
    if let next { scheduleFreeze(at: next, now: now, on: eventLoop) }
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

  /// - Parameter ended: what is left of the environment whose end is decided upon.
  /// - Returns: what was done.
  @discardableResult
  private func perform(
    _ ended: EnvironmentEnd? = nil, _ decide: (inout Machine) -> [Machine.Action]
  ) -> [Machine.Action] {
    let actions = state.withLock { decide(&$0.machine) }
    carryOut(actions, ended)
    return actions
  }

  private func carryOut(_ actions: [Machine.Action], _ ended: EnvironmentEnd? = nil) {
    for action in actions {
      switch action {
      case .run(let invocation, let id): run(invocation, on: id)
      case .start(let id, let spec): start(id, spec)
      case .freeze(let id): freeze(id)
      case .startAhead(let id, var spec):
        if spec.initialization == .onDemand { spec.initialization = .provisionedConcurrency }
        start(id, spec)
      case .end(let id): end(id)
      case .refuse(let invocation): invocation.fail(isDraining.isSet ? .shuttingDown : .noCapacity)
      case .fail(let invocation, let failure): fail(invocation, failure)
      case .startAgain(let id, let spec, let invocation): start(id, spec, SecondInit(of: invocation, after: ended))
      }
    }
  }

  private func run(_ invocation: Invocation, on id: EnvironmentID) {
    guard let environment = state.withLock({ $0.environments[id] }) else { return submit(invocation) }
    environment.onLoop { environment.run(invocation) }
  }

  private func freeze(_ id: EnvironmentID) {
    guard let environment = state.withLock({ $0.environments[id] }) else { return }
    environment.onLoop { environment.freeze() }
  }

  private func end(_ id: EnvironmentID) {
    guard let environment = state.withLock({ $0.environments[id] }) else { return }
    environment.onLoop { environment.end() }
  }

  private func start(_ id: EnvironmentID, _ spec: EnvironmentSpec, _ secondInit: SecondInit? = nil) {
    // That of the connection whose request is the first work, where it is one: neither then wakes up the other's.
    let environment = ExecutionEnvironment(
      id: id, spec: spec, eventLoop: group.any(), services: services, pool: self, secondInit: secondInit)
    state.withLock { $0.environments[id] = environment }
    // `endAll` may have come between the decision and this line, and found nothing to end.
    if isDraining.isSet { environment.onLoop { environment.end() } }
    EnvironmentStart(
      environment: environment, services: services, preparation: preparation, began: services.time.monotonicTime()
    ).begin()
  }

  /// No environment comes to take this invocation.
  private func fail(_ invocation: Invocation, _ failure: EnvironmentFailure) {
    switch failure {
    case .heldBack(let failure, let stream): services.deliver(invocation, heldBack: failure, stream: stream)
    case .platform(let reason): invocation.fail(reason)
    }
  }
}

extension EnvironmentEnd {
  fileprivate var decided: SandboxPool.Machine.End {
    switch self {
    case .runtime(let failure, _, let stream):
      .afterStart(repeated: EnvironmentFailure(initFailure: failure, stream: stream))
    case .platform(let reason): .beforeStart(.platform(reason))
    }
  }
}

extension PoolStateMachine.Action {
  fileprivate var isSecondStart: Bool {
    if case .startAgain = self { true } else { false }
  }
}
