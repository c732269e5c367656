import Authorization
import Core
import Functions
import Logging
import Loops
import NIOCore
import NIOHTTP1
import NIOPosix
import Sandbox

/// A sandbox with its runtime, one function version and at most one invocation at a time.
///
/// INVARIANT: everything that changes is touched on `eventLoop` only, which is why `@unchecked` holds.
final class ExecutionEnvironment: @unchecked Sendable {
  enum Phase {
    /// The spawner has been asked.
    case starting
    /// The runtime has started and has not asked for work yet.
    case initializing(since: MonotonicTime, limit: Scheduled<Void>)
    /// The runtime has initialized and waits in `restore/next`.
    case parked(RuntimeAPIHandler)
    case restoring(Restoring)
    /// The runtime waits in `next`, and the spawner has been asked for the baseline or to go back to it.
    case cleaning(Cleaning)
    /// The runtime waits in `next`.
    case waiting(RuntimeAPIHandler)
    case invoking(RunningInvocation)
    /// The runtime has answered; the answer waits for its log.
    case completing
    /// The runtime has answered and has not asked for the next work yet.
    case finishing
    /// The sandbox is being killed; nothing that the runtime says counts any more.
    case ending
    case ended
  }

  let id: EnvironmentID
  let spec: EnvironmentSpec
  let eventLoop: any EventLoop
  let logStream: String
  let logDestination: LogDestination?
  let lines: PlatformLines
  let services: ExecutionServices
  weak let pool: SandboxPool?
  var phase = Phase.starting
  var log: InvocationLog
  var hygiene: Hygiene
  /// When the runtime last began to wait for work.
  var cleanSince = MonotonicTime(nanoseconds: 0)
  /// Set from the runtime's first `next` until the first invocation has reported it; never by a second init phase, which
  /// is a part of its invocation.
  var initDuration: Duration?
  /// From the sandbox on until the runtime's first `next`.
  var startTimes: StartTimes?
  /// Set when a parked environment is restored until its first invocation has reported it.
  var restoreDuration: Duration?
  /// The invocation inside which the runtime initializes; nil once it has begun, and for most environments.
  var initializedFor: RunningInvocation?
  /// Set from the failure of the init phase until the log tells of it.
  var failedInit: FailedInit?
  /// Why the init phase failed, once the log has told of it.
  var initFailure: RuntimeFailure?
  private(set) var sandbox: StartedSandbox?
  /// Set with `sandbox`, until that is killed.
  private(set) var observer: SandboxObserver?
  /// Set with `sandbox`, on a host that can freeze.
  private(set) var freezer: SandboxFreezer?
  /// Ends an invocation.
  private(set) lazy var timeout = Alarm(on: eventLoop) { [weak self] in self?.timedOut() }
  /// Ends an environment whose runtime does not ask for the next work.
  private(set) lazy var finishingLimit = Alarm(on: eventLoop) { [weak self] in self?.finishedTooLate() }
  /// Tells the pool that it takes long to be free.
  private(set) lazy var overdue = Alarm(on: eventLoop) { [weak self] in
    if let self { pool?.overdue(id) }
  }
  private var listeners: [any Channel] = []
  /// Of the sockets that nobody has connected to.
  private var watched: [ConnectionWatch.Number] = []
  private var platformListener: (any PlatformListener)?
  /// What the environment's code signs with; nil before there is a sandbox to give it to, and once there is none.
  private var session: FunctionSession?
  private var logPipe: LogPipe?
  private var connections = 0
  private var isAboutToRecord = false
  /// Bytes, when the sandbox is gone or about to go.
  private var finalMemoryPeak: Int?

  /// - Parameter secondInit: the invocation that the environment is started for alone; its time begins now.
  init(
    id: EnvironmentID, spec: EnvironmentSpec, eventLoop: any EventLoop, services: ExecutionServices,
    pool: SandboxPool, secondInit: SecondInit?
  ) {
    self.id = id
    self.spec = spec
    hygiene = Hygiene(spec.hygiene)
    log = secondInit?.log ?? InvocationLog(logging: spec.version.logging)
    lines = PlatformLines(
      version: spec.version, tenantID: spec.tenantID, initialization: spec.initialization)
    self.eventLoop = eventLoop
    self.services = services
    self.pool = pool
    logStream = secondInit?.stream ?? Self.newLogStream(of: spec.version, services)
    logDestination = LogDestination(of: spec.version, stream: logStream)
    guard let secondInit else { return }
    initializedFor = RunningInvocation(invocation: secondInit.invocation, start: services.time.monotonicTime())
    onLoop { self.limitInvocation() }
  }

  private static func newLogStream(of version: FunctionVersion, _ services: ExecutionServices) -> String {
    let day = services.time.wallTime().utc.slashDate
    // In a group that functions may share, streams say whose they are.
    let owner = version.logging.group == nil ? "" : version.name.description
    return "\(day)/\(owner)[\(version.qualifier)]\(Hexadecimal.encode(services.random.bytes(16)))"
  }

  var version: FunctionVersion { spec.version }

  /// Runs `body` on the event loop: at once when this is it.
  func onLoop(_ body: @escaping @Sendable () -> Void) {
    if eventLoop.inEventLoop { body() } else { eventLoop.execute(body) }
  }

  /// Takes over the session of the function's role that the sandbox is given.
  func hold(_ session: FunctionSession) {
    eventLoop.assertInEventLoop()
    guard case .starting = phase else { return session.end() }
    self.session = session
  }

  /// Takes over the sandbox that the spawner has made.
  func adopt(_ started: StartedSandbox, _ times: StartTimes) {
    eventLoop.assertInEventLoop()
    guard case .starting = phase else { return services.spawner.kill(started.id) }
    sandbox = started
    startTimes = times
    startTimes?.sandboxed = services.time.monotonicTime()
    startTimes?.wasParked = started.wasParked
    observer = SandboxObserver(started)
    freezer = SandboxFreezer(started, on: services.freezing)
    beginInit()
    let pipe = LogPipe(started.log) { [weak self] bytes in self?.received(bytes) }
    pipe.open(started.log, on: eventLoop)
    logPipe = pipe
    listen(started)
  }

  /// One of the sockets is about to be connected to; the others perhaps never.
  private func listen(_ started: StartedSandbox) {
    let speaksMessages = version.configuration.runtime.hasPrefix("python")
    if speaksMessages {
      listen(started.localListener, for: .messages)
      whenConnected(started.listener) { $0.listen($1, for: .http) }
    } else {
      listen(started.listener, for: .http)
      whenConnected(started.localListener) { $0.listen($1, for: .messages) }
    }
    whenConnected(started.platformListener) { environment, socket in
      guard environment.session != nil else { return }
      environment.platformListener = environment.services.gate.open(
        socket, of: environment.version.functionARN, on: environment.eventLoop)
    }
  }

  private func whenConnected(
    _ socket: OwnedDescriptor, _ open: @escaping @Sendable (ExecutionEnvironment, OwnedDescriptor) -> Void
  ) {
    let number = services.connections.watch(socket) { [weak self] in
      guard let self else { return }
      onLoop { if socket.borrowed >= 0 { open(self, socket) } }
    }
    watched.append(number)
  }

  /// Ends the environment as soon as may be; for the pool.
  func end() {
    eventLoop.assertInEventLoop()
    refuseInvocation(.shuttingDown)
    switch phase {
    case .ended, .ending: return
    case .starting: phase = .ending
    case .invoking(let running):
      kill()
      let lost = SandboxExit(cause: .lost, oomKills: 0, memoryPeak: nil)
      whenLogIsCaughtUp { self.fail(running, .exited(lost)) }
    case .initializing(_, let limit):
      limit.cancel()
      kill()
    case .cleaning(let cleaning): abandon(cleaning)
    case .restoring(let restoring):
      restoring.limit.cancel()
      kill()
      restoring.invocation.fail(.shuttingDown)
    case .parked, .waiting, .completing, .finishing: kill()
    }
  }

  /// The sandbox is gone.
  func exited(_ exit: SandboxExit) {
    eventLoop.assertInEventLoop()
    guard let logPipe else { return ended(exit) }
    logPipe.whenAtEnd { self.ended(exit) }
  }

  /// The sandbox is gone and its output has been read to the end.
  private func ended(_ exit: SandboxExit) {
    let previous = phase
    phase = .ended
    finalMemoryPeak = exit.memoryPeak
    stopListening()
    endSession()
    switch previous {
    case .invoking(let running): fail(running, .exited(exit))
    case .initializing(let since, let limit):
      limit.cancel()
      initFailed(entrypointFailure(exit) ?? .exited(exit), since: since)
    case .finishing:
      overdue.cancel()
      finishingLimit.cancel()
    case .cleaning(let cleaning):
      cleaning.limit.cancel()
      overdue.cancel()
    case .restoring(let restoring):
      concludeRestore(restoring, .failed, RuntimeFailure.exited(exit).status)
    case .starting, .parked, .waiting, .completing, .ending, .ended: break
    }
    concludeInit(.exited(exit))
    pool?.ended(id, .runtime(initFailure: initFailure, log: log, stream: logStream))
    if case .cleaning(let cleaning) = previous { giveBack(cleaning) }
  }

  /// As long as any of the sockets is open, so is the sandbox's network.
  private func stopListening() {
    listeners.forEach { $0.close(promise: nil) }
    watched.forEach(services.connections.forget)
    sandbox?.closeListeners()
  }

  /// Kills the sandbox; `exited` follows.
  func kill() {
    phase = .ending
    endSession()
    pool?.ending(id)
    guard let sandbox else { return }
    stopLooking()
    let isLetGo = freezer?.retire() ?? true
    if isLetGo { services.spawner.dismiss(sandbox.id) } else { services.spawner.kill(sandbox.id) }
  }

  /// Before the control group may become another's.
  private func stopLooking() {
    finalMemoryPeak = memoryPeak
    observer = nil
    sandbox?.group?.stopLooking()
  }

  /// Whoever has a copy of the credentials has nothing any more.
  private func endSession() {
    session?.end()
    session = nil
    platformListener?.close()
    platformListener = nil
  }

  /// The runtime's init phase is over: its CPU quota applies from now on.
  func settle() {
    if let sandbox { services.spawner.settle(sandbox.id) }
  }

  /// Calls `body` when all that was printed before this moment is in `log`.
  func whenLogIsCaughtUp(_ body: @escaping () -> Void) {
    if let logPipe { logPipe.whenCaughtUp(body) } else { body() }
  }

  /// Bytes at the peak so far; nil when the file cannot be read, and on a host without control groups.
  var memoryPeak: Int? { finalMemoryPeak ?? sandbox?.group.flatMap { NumberFile.read($0.memoryPeak) } }

  /// The sandbox could not be made.
  func failed(_ reason: ExecutionFailure) {
    eventLoop.assertInEventLoop()
    phase = .ended
    endSession()
    refuseInvocation(reason)
    pool?.ended(id, .platform(reason))
  }

  /// A custom runtime that ended as `exec` does when there is no program, without a word, has no bootstrap.
  private func entrypointFailure(_ exit: SandboxExit) -> RuntimeFailure? {
    guard version.configuration.runtime.hasPrefix("provided"), log.isEmpty,
      exit.cause == .code(126) || exit.cause == .code(127)
    else { return nil }
    return .invalidEntrypoint
  }

  private func received(_ bytes: [UInt8]) {
    log.append(bytes, at: services.time.wallTime())
    // However much a function prints, and whenever, the server holds little of it.
    if log.byteCount > InvocationLog.longestHeld { recordCollected() } else { recordSoon() }
  }

  func recordCollected() {
    services.record(log.takeEvents(), requestID: log.requestID, to: logDestination)
  }

  /// What a long invocation prints is to be seen while it runs.
  private func recordSoon() {
    guard log.requestID != nil, !isAboutToRecord else { return }
    isAboutToRecord = true
    eventLoop.scheduleTask(in: .nanoseconds(ExecutionLimits.logDelay.wholeNanoseconds)) { [weak self] in
      guard let self else { return }
      isAboutToRecord = false
      if log.requestID != nil { recordCollected() }
    }
  }

  private func listen(_ socket: OwnedDescriptor, for form: RuntimeAPIForm) {
    let environment = self
    let bootstrap = ServerBootstrap(group: eventLoop)
    (form == .http ? bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1) : bootstrap)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try environment.open(channel)
          try environment.addHandlers(to: channel.pipeline.syncOperations, for: form)
        }
      }
      .withBoundSocket(socket.take())
      .whenComplete { result in environment.listening(result) }
  }

  private func addHandlers(
    to pipeline: ChannelPipeline.SynchronousOperations, for form: RuntimeAPIForm
  ) throws {
    let api = RuntimeAPIHandler(environment: self, form: form)
    try pipeline.addHandler(BackPressureHandler())
    switch form {
    case .http:
      try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: .runtimeAPI)))
      try pipeline.addHandler(RuntimeHTTPHandler(api))
    case .messages: try pipeline.addHandler(RuntimeMessageHandler(api))
    }
    try pipeline.addHandler(api)
  }

  /// Counts a connection of the runtime.
  ///
  /// - Throws: when there are too many; the connection is then closed.
  private func open(_ channel: any Channel) throws {
    guard connections < ExecutionLimits.runtimeConnections else { throw TooManyConnections() }
    connections += 1
    channel.closeFuture.whenComplete { _ in self.connections -= 1 }
  }

  private func listening(_ result: Result<any Channel, any Error>) {
    switch result {
    case .success(let channel):
      if case .ended = phase { channel.close(promise: nil) }
      listeners.append(channel)
    case .failure(let error):
      guard case .initializing(_, let limit) = phase else { return }
      services.log.error("cannot serve the runtime api", metadata: ["error": "\(error)"])
      limit.cancel()
      kill()
    }
  }
}

/// A runtime holds more connections than any runtime needs.
private struct TooManyConnections: Error {}
