import Core

/// Decides when the server and the spawner are started, told to stop and killed. Pure: events in, actions out.
///
/// The spawner serves one connection, which the server holds. So when the server dies the spawner ends too and both
/// are started again, spawner first; when the spawner dies it alone is started again and the server gets a new socket.
struct SupervisorStateMachine: Sendable {
  enum Worker: String, Sendable { case server, spawner }

  enum Event: Hashable, Sendable {
    case start
    case ready(address: String)
    case exited(Worker, ChildProcess.Ending)
    case stopRequested
    /// A deadline has passed.
    case timePassed
  }

  enum Action: Hashable, Sendable {
    case start(Worker)
    /// Pass the spawner's socket on to the server and forget it.
    case sendSpawnerSocket
    /// Close the spawner's socket if the server never got it.
    case dropSpawnerSocket
    case announce(address: String)
    case terminate(Worker)
    case kill(Worker)
    case report(String)
    case finish(code: Int32)
  }

  enum Phase: Hashable, Sendable {
    case serving
    case stopping(code: Int32)
  }

  enum WorkerState: Hashable, Sendable {
    case running(since: MonotonicTime)
    case ending(killAt: MonotonicTime)
    case killed
    case waiting(until: MonotonicTime)

    var isAlive: Bool {
      if case .waiting = self { false } else { true }
    }
  }

  /// What the server has after SIGTERM, and the spawner after its connection closed.
  let drainTimeout: Duration
  static let spawnerGrace: Duration = .seconds(5)
  static let spawnerGraceAtStop: Duration = .seconds(10)

  var phase = Phase.serving
  var server = WorkerState.waiting(until: MonotonicTime(nanoseconds: .min))
  var spawner = WorkerState.waiting(until: MonotonicTime(nanoseconds: .min))
  var serverBackoff = Backoff()
  var spawnerBackoff = Backoff()
  var hasServed = false
  /// When the server that runs said that it is ready; nil while it has not.
  var servingSince: MonotonicTime?

  init(drainTimeout: Duration) { self.drainTimeout = drainTimeout }

  mutating func handle(_ event: Event, at now: MonotonicTime) -> [Action] {
    var actions: [Action] = []
    switch event {
    case .start, .timePassed: break
    case .ready(let address): actions += becomeReady(address, at: now)
    case .exited(.server, let ending): actions += serverExited(ending, at: now)
    case .exited(.spawner, let ending): actions += spawnerExited(ending, at: now)
    case .stopRequested: actions += stop(code: 0, at: now)
    }
    return actions + killOverdue(at: now) + continuePhase(at: now)
  }

  private mutating func becomeReady(_ address: String, at now: MonotonicTime) -> [Action] {
    hasServed = true
    servingSince = now
    return [.announce(address: address)]
  }
}
