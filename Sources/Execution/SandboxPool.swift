import Core
import Functions
import Logging
import NIOCore
import Sandbox
import Synchronization

/// Carries out what the pool's state machine decides. Its lock is never held across I/O or a callback.
final class SandboxPool: Sendable {
  private typealias Machine = PoolStateMachine<
    EnvironmentSpec.Key, EnvironmentSpec, Invocation, EnvironmentFailure
  >

  private struct State {
    var machine: Machine
    var environments: [EnvironmentID: ExecutionEnvironment] = [:]
    /// Whether a look at what is to be frozen is due at some time.
    var isFreezeScheduled = false
    /// The keys of each function of which environments are kept ahead of work.
    var kept: [ARN: Set<EnvironmentSpec.Key>] = [:]
    var failures: [EnvironmentSpec.Key: InitialisedEnvironments.Failure] = [:]
    /// Resumed when the last environment is gone; for shutdown.
    var whenEmpty: [CheckedContinuation<Void, Never>] = []

    /// When to look at what is to be frozen; nil: nothing is, or somebody is about to look.
    mutating func takeFreezeDue() -> MonotonicTime? {
      guard !isFreezeScheduled, let due = machine.freezeDue else { return nil }
      isFreezeScheduled = true
      return due
    }
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
    let machine = Machine(
      capacity: capacity, idleTimeout: idleTimeout, freezeDelay: ExecutionLimits.freezeDelay,
      owner: { _, spec in spec.owner })
    state = Mutex(State(machine: machine))
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
    let (actions, freezeDue) = state.withLock { state in
      (state.machine.available(id, at: now), state.takeFreezeDue())
    }
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
    let environment = state.withLock { state in
      noteFailureAhead(of: id, end, &state, at: now)
      return state.environments.removeValue(forKey: id)
    }
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
  private func noteFailureAhead(
    of id: EnvironmentID, _ end: EnvironmentEnd, _ state: inout State, at now: MonotonicTime
  ) {
    guard let key = state.machine.keyOfStartAhead(id) else { return }
    if case .runtime(let cause, _, _) = end {
      if cause?.isOfPlatform ?? false { return }
      state.failures[key] = .initialization
    }
    state.machine.failedAhead(key, at: now)
  }

  var count: Int { state.withLock { $0.machine.count } }

  func reap() {
    let now = services.time.monotonicTime()
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
        spec.initialization = .provisionedConcurrency
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
    let environment = ExecutionEnvironment(
      id: id, spec: spec, eventLoop: group.next(), services: services, pool: self, secondInit: secondInit)
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
  fileprivate var decided: PoolStateMachine<EnvironmentSpec.Key, EnvironmentSpec, Invocation, EnvironmentFailure>.End {
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
