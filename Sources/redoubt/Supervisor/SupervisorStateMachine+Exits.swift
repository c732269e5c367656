import Core

extension SupervisorStateMachine {
  /// EX_CONFIG of sysexits.h: trying again cannot help.
  private static let configurationExit: Int32 = 78

  mutating func serverExited(_ ending: ChildProcess.Ending, at now: MonotonicTime) -> [Action] {
    let served = servingSince.map { now - $0 } ?? .zero
    servingSince = nil
    server = .waiting(until: now)
    guard phase == .serving else { return [] }
    if case .code(let code) = ending, code == Self.configurationExit || !hasServed && (64...78).contains(code) {
      return [.report("the server ended with \(ending)")] + stop(code: code, at: now)
    }
    let wait = serverBackoff.wait(afterServing: served)
    server = .waiting(until: now.advanced(by: wait))
    if case .running = spawner { spawner = .ending(killAt: now.advanced(by: Self.spawnerGrace)) }
    return [
      .report("the server ended with \(ending): starting it again in \(Int(wait.inMilliseconds)) ms"),
      .dropSpawnerSocket,
    ]
  }

  mutating func spawnerExited(_ ending: ChildProcess.Ending, at now: MonotonicTime) -> [Action] {
    let served = spawner.runLength(until: now)
    let wasExpected = if case .running = spawner { false } else { true }
    spawner = .waiting(until: now)
    guard phase == .serving, !wasExpected else { return [] }
    if ending == .code(Self.configurationExit) {
      return [.report("the spawner ended with \(ending)")] + stop(code: Self.configurationExit, at: now)
    }
    let wait = spawnerBackoff.wait(afterServing: served)
    spawner = .waiting(until: now.advanced(by: wait))
    return [.report("the spawner ended with \(ending): starting it again in \(Int(wait.inMilliseconds)) ms")]
  }
}

extension SupervisorStateMachine.WorkerState {
  /// The spawner says nothing when it is ready, which it is a moment after its start.
  fileprivate func runLength(until now: MonotonicTime) -> Duration {
    if case .running(let since) = self { now - since } else { .zero }
  }
}
