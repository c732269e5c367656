import Core

extension SupervisorStateMachine {
  /// When `.timePassed` is due; nil when only other events matter.
  var deadline: MonotonicTime? {
    let kills = [server, spawner].compactMap { state in
      if case .ending(let killAt) = state { killAt } else { nil }
    }
    return (kills + [startTime].compactMap { $0 }).min()
  }

  /// When the next start is due. A server waits until the spawner of the one before it is gone.
  private var startTime: MonotonicTime? {
    guard phase == .serving, case .waiting(let spawnerTime) = spawner else { return nil }
    switch server {
    case .waiting(let serverTime): return max(serverTime, spawnerTime)
    case .running: return spawnerTime
    case .ending, .killed: return nil
    }
  }

  /// Begins to stop; once everything has ended, the supervisor ends with `code`.
  mutating func stop(code: Int32, at now: MonotonicTime) -> [Action] {
    guard phase == .serving else { return [] }
    phase = .stopping(code: code)
    guard case .running = server else { return [] }
    server = .ending(killAt: now.advanced(by: drainTimeout + .seconds(5)))
    return [.terminate(.server)]
  }

  mutating func killOverdue(at now: MonotonicTime) -> [Action] {
    var actions: [Action] = []
    if case .ending(let killAt) = server, now >= killAt {
      server = .killed
      actions.append(.kill(.server))
    }
    if case .ending(let killAt) = spawner, now >= killAt {
      spawner = .killed
      actions.append(.kill(.spawner))
    }
    return actions
  }

  mutating func continuePhase(at now: MonotonicTime) -> [Action] {
    switch phase {
    case .serving: startDue(at: now)
    case .stopping(let code): continueStop(code: code, at: now)
    }
  }

  private mutating func startDue(at now: MonotonicTime) -> [Action] {
    guard let startTime, now >= startTime else { return [] }
    let startsServer = !server.isAlive
    spawner = .running(since: now)
    if startsServer { server = .running(since: now) }
    return startsServer
      ? [.start(.spawner), .start(.server), .sendSpawnerSocket] : [.start(.spawner), .sendSpawnerSocket]
  }

  private mutating func continueStop(code: Int32, at now: MonotonicTime) -> [Action] {
    guard !server.isAlive else { return [] }
    switch spawner {
    case .waiting: return [.finish(code: code)]
    case .ending, .killed: return []
    case .running:
      // Nobody holds its connection any more, which is how it learns that it is over.
      spawner = .ending(killAt: now.advanced(by: Self.spawnerGraceAtStop))
      return [.dropSpawnerSocket]
    }
  }
}
