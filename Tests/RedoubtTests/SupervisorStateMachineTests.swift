import Core
import Testing

@testable import redoubt

/// The machine with a clock that moves only when told to.
private struct Rig {
  let time = ManualTimeSource()
  var machine = SupervisorStateMachine(drainTimeout: .seconds(30))

  mutating func send(
    _ event: SupervisorStateMachine.Event, after wait: Duration = .zero
  ) -> [SupervisorStateMachine.Action] {
    time.advance(by: wait)
    return machine.handle(event, at: time.monotonicTime()).filter { if case .report = $0 { false } else { true } }
  }

  /// Started and ready.
  static func serving() -> Rig {
    var rig = Rig()
    _ = rig.send(.start)
    _ = rig.send(.ready(address: "a:1"))
    return rig
  }
}

@Suite struct SupervisorStateMachineTests {
  @Test func `the spawner starts first and its socket goes to the server`() {
    var rig = Rig()
    #expect(rig.send(.start) == [.start(.spawner), .start(.server), .sendSpawnerSocket])
    #expect(rig.send(.ready(address: "127.0.0.1:1")) == [.announce(address: "127.0.0.1:1")])
    #expect(rig.machine.deadline == nil)
  }

  @Test func `a dead spawner alone is started again`() {
    var rig = Rig.serving()
    #expect(rig.send(.exited(.spawner, .signal(9))) == [])
    #expect(rig.send(.timePassed, after: .milliseconds(99)) == [])
    #expect(rig.send(.timePassed, after: .milliseconds(1)) == [.start(.spawner), .sendSpawnerSocket])
  }

  @Test func `a dead server takes the spawner with it and both start again`() {
    var rig = Rig.serving()
    #expect(rig.send(.exited(.server, .signal(11))) == [.dropSpawnerSocket])
    #expect(rig.send(.timePassed, after: .seconds(1)) == [])
    #expect(rig.send(.exited(.spawner, .code(0))) == [.start(.spawner), .start(.server), .sendSpawnerSocket])
  }

  @Test func `a spawner that outlives its server is killed after five seconds`() {
    var rig = Rig.serving()
    _ = rig.send(.exited(.server, .code(0)))
    #expect(rig.send(.timePassed, after: .milliseconds(4999)) == [])
    #expect(rig.send(.timePassed, after: .milliseconds(1)) == [.kill(.spawner)])
    #expect(rig.machine.deadline == nil)
    #expect(rig.send(.exited(.spawner, .signal(9))).first == .start(.spawner))
  }

  @Test func `a spawner seen dead before its server starts with it`() {
    var rig = Rig.serving()
    _ = rig.send(.exited(.spawner, .code(0)))
    _ = rig.send(.exited(.server, .signal(9)))
    #expect(
      rig.send(.timePassed, after: .milliseconds(100)) == [.start(.spawner), .start(.server), .sendSpawnerSocket])
  }

  @Test func `waits between starts double and start over once the spawner was well`() {
    var rig = Rig.serving()
    for wait in [100, 200, 400] {
      _ = rig.send(.exited(.spawner, .signal(9)))
      #expect(rig.send(.timePassed, after: .milliseconds(wait - 1)) == [])
      #expect(rig.send(.timePassed, after: .milliseconds(1)) == [.start(.spawner), .sendSpawnerSocket])
    }
    _ = rig.send(.exited(.spawner, .signal(9)), after: Backoff.wellAfter)
    #expect(rig.send(.timePassed, after: .milliseconds(100)) == [.start(.spawner), .sendSpawnerSocket])
  }

  @Test func `a server that served is back at once, however often it is killed`() {
    var rig = Rig.serving()
    for _ in 0..<20 {
      _ = rig.send(.exited(.server, .signal(9)), after: Backoff.wellAfter)
      _ = rig.send(.exited(.spawner, .code(0)))
      #expect(rig.send(.timePassed, after: .milliseconds(100)).contains(.start(.server)))
      _ = rig.send(.ready(address: "a:1"), after: .seconds(3))
    }
  }

  @Test func `a server that never comes to serve is held back, however long it tries`() {
    var rig = Rig()
    _ = rig.send(.start)
    for wait in [100, 200, 400, 800] {
      _ = rig.send(.exited(.server, .signal(5)), after: .seconds(20))
      _ = rig.send(.exited(.spawner, .code(0)))
      #expect(rig.send(.timePassed, after: .milliseconds(wait - 1)) == [])
      #expect(rig.send(.timePassed, after: .milliseconds(1)).contains(.start(.server)))
    }
  }

  @Test(arguments: [Int32(64), 71, 75, 78])
  func `a server that gives up before it was ready is final`(code: Int32) {
    var rig = Rig()
    _ = rig.send(.start)
    #expect(rig.send(.exited(.server, .code(code))) == [.dropSpawnerSocket])
    #expect(rig.send(.exited(.spawner, .code(0))) == [.finish(code: code)])
  }

  @Test func `a crash before ready and a temporary failure after it are not final`() {
    var rig = Rig()
    _ = rig.send(.start)
    _ = rig.send(.exited(.server, .signal(5)))
    #expect(rig.machine.phase == .serving)
    rig = Rig.serving()
    _ = rig.send(.exited(.server, .code(75)))
    #expect(rig.machine.phase == .serving)
  }

  @Test func `a wrong configuration of the spawner stops everything`() {
    var rig = Rig()
    _ = rig.send(.start)
    #expect(rig.send(.exited(.spawner, .code(78))) == [.terminate(.server)])
    #expect(rig.send(.exited(.server, .code(0))) == [.finish(code: 78)])
  }

  @Test func `a stop drains the server, then ends the spawner`() {
    var rig = Rig.serving()
    #expect(rig.send(.stopRequested) == [.terminate(.server)])
    #expect(rig.send(.stopRequested) == [])
    #expect(rig.send(.exited(.server, .code(0)), after: .seconds(20)) == [.dropSpawnerSocket])
    #expect(rig.send(.exited(.spawner, .code(0))) == [.finish(code: 0)])
  }

  @Test func `a stop kills what does not end in time`() {
    var rig = Rig.serving()
    _ = rig.send(.stopRequested)
    #expect(rig.send(.timePassed, after: .milliseconds(34_999)) == [])
    #expect(rig.send(.timePassed, after: .milliseconds(1)) == [.kill(.server)])
    #expect(rig.send(.exited(.server, .signal(9))) == [.dropSpawnerSocket])
    #expect(rig.send(.timePassed, after: .seconds(10)) == [.kill(.spawner)])
    #expect(rig.send(.exited(.spawner, .signal(9))) == [.finish(code: 0)])
  }

  @Test func `a stop while waiting to start again ends at once`() {
    var rig = Rig.serving()
    _ = rig.send(.exited(.spawner, .signal(9)))
    _ = rig.send(.exited(.server, .signal(9)))
    #expect(rig.send(.stopRequested) == [.finish(code: 0)])
  }
}
