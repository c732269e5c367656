import CLinux
import Core
import Glibc

/// Performs what `SupervisorStateMachine` decides: starts the workers, watches them, passes sockets and signals on.
///
/// Everything happens on the thread that calls `run`: when it ends, so do the workers.
final class Supervisor {
  private let plan: SupervisorPlan
  private let time: any TimeSource
  private let signals: Descriptor
  private var machine: SupervisorStateMachine
  private var server: ChildProcess?
  private var spawner: ChildProcess?
  /// Our end of the server's control connection; nil once it has closed.
  private var control: MessageSocket?
  /// The server's end of the spawner's connection, until it is sent.
  private var spawnerSocket: MessageSocket?

  init(_ plan: SupervisorPlan, time: any TimeSource) throws(SystemError) {
    self.plan = plan
    self.time = time
    machine = SupervisorStateMachine(drainTimeout: .seconds(plan.configuration.drainTimeoutSeconds))
    // A reader of our output that goes away must not end the service.
    signal(SIGPIPE, SIG_IGN)
    let numbers = [SIGTERM, SIGINT, SIGHUP]
    signals = Descriptor(
      owning: try SystemError.checkNegated(clinux_signalfd(numbers, numbers.count), "signalfd"))
  }

  /// Serves until told to stop or until serving is impossible. Returns the exit code.
  func run() throws(SystemError) -> Int32 {
    var events = [SupervisorStateMachine.Event.start]
    while true {
      for event in events {
        if let code = perform(machine.handle(event, at: time.monotonicTime())) { return code }
      }
      events = try nextEvents()
    }
  }
}

extension Supervisor {
  /// - Returns: the exit code once the machine is finished.
  private func perform(_ actions: [SupervisorStateMachine.Action]) -> Int32? {
    var actions = actions[...]
    while let action = actions.popFirst() {
      switch action {
      case .start(let worker): actions += start(worker)
      case .sendSpawnerSocket: sendSpawnerSocket()
      case .dropSpawnerSocket: spawnerSocket = nil
      case .announce(let address): announce(address)
      case .terminate(let worker): process(worker)?.signal(SIGTERM)
      case .kill(let worker): process(worker)?.signal(SIGKILL)
      case .report(let text): StandardError.write("redoubt: \(text)\n")
      case .finish(let code): return code
      }
    }
    return nil
  }

  private func process(_ worker: SupervisorStateMachine.Worker) -> ChildProcess? {
    worker == .server ? server : spawner
  }

  /// - Returns: what follows when it could not be started: a worker that never ran has ended.
  private func start(_ worker: SupervisorStateMachine.Worker) -> [SupervisorStateMachine.Action] {
    do {
      switch worker {
      case .server: (server, control) = try plan.startServer()
      case .spawner: (spawner, spawnerSocket) = try plan.startSpawner()
      }
      return []
    } catch {
      StandardError.write("redoubt: cannot start the \(worker): \(error)\n")
      let ending = ChildProcess.Ending.code(CommandFailure.Code.system.rawValue)
      return machine.handle(.exited(worker, ending), at: time.monotonicTime())
    }
  }

  private func sendSpawnerSocket() {
    guard let control, let socket = spawnerSocket else { return }
    spawnerSocket = nil
    do { try control.send(ControlMessage.spawner.text, with: [socket.descriptor]) } catch {
      // The server is gone, which its pidfd reports, or it does not listen, which is as bad.
      StandardError.write("redoubt: cannot pass the spawner's socket to the server: \(error)\n")
      server?.signal(SIGKILL)
    }
  }

  private static let developmentWarning =
    "redoubt: warning: --dev: every program on this host is the administrator with the key `test` and the secret `test`\n"

  private func announce(_ address: String) {
    let configuration = plan.configuration
    StandardOutput.write(
      "redoubt: serving on http://\(address) (region \(configuration.region), account \(configuration.account))\n"
        + (configuration.isForDevelopment ? Self.developmentWarning : "")
        + plan.weaknesses.map { "redoubt: weaker here: \($0.name): \($0.finding)\n" }.joined())
  }
}

extension Supervisor {
  /// Waits until something happens: a signal, the end of a worker, a message, or a deadline.
  private func nextEvents() throws(SystemError) -> [SupervisorStateMachine.Event] {
    let watched = [signals, server?.pidfd, spawner?.pidfd, control?.descriptor].map { $0?.number ?? -1 }
    var polls = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = poll(&polls, nfds_t(polls.count), millisecondsToDeadline)
    if count < 0 && errno == EINTR { return [] }
    try SystemError.check(count, "poll")
    let isReady = polls.map { $0.revents != 0 }
    // The message comes before the end of its sender: `ready` is not lost when the server dies at once.
    let events = (isReady[3] ? messageEvents() : []) + (isReady[0] ? signalEvents() : [])
    let exits = (isReady[1] ? try exitEvents(.server) : []) + (isReady[2] ? try exitEvents(.spawner) : [])
    return events + exits + [.timePassed]
  }

  /// Rounded up, so that the deadline has passed when poll returns.
  private var millisecondsToDeadline: Int32 {
    guard let deadline = machine.deadline else { return -1 }
    let rest = deadline - time.monotonicTime()
    return Int32(clamping: max(0, (rest.wholeNanoseconds + 999_999) / 1_000_000))
  }

  private func signalEvents() -> [SupervisorStateMachine.Event] {
    var events: [SupervisorStateMachine.Event] = []
    while clinux_read_signal(signals.number) > 0 { events.append(.stopRequested) }
    return events
  }

  private func messageEvents() -> [SupervisorStateMachine.Event] {
    guard let message = try? control?.receive() else {
      control = nil
      return []
    }
    guard case .ready(let address)? = ControlMessage(message.text) else {
      StandardError.write("redoubt: the server sent a message that is not known here: ignored\n")
      return []
    }
    return [.ready(address: address)]
  }

  private func exitEvents(_ worker: SupervisorStateMachine.Worker) throws(SystemError) -> [SupervisorStateMachine.Event]
  {
    guard let ending = try process(worker)?.poll() else { return [] }
    switch worker {
    case .server: (server, control) = (nil, nil)
    case .spawner: spawner = nil
    }
    return [.exited(worker, ending)]
  }
}
