import Functions
import Testing

@testable import Execution

struct HygieneTests {
  private let untouched = SandboxState.example()

  @Test func `an environment with an empty baseline that stays as it is needs no message`() {
    var hygiene = Hygiene(.perInvocation)
    #expect(hygiene.initialized { untouched } == .proceed)
    #expect(hygiene.workArrived(after: .seconds(1)) { untouched.usage } == .proceed)
    #expect(hygiene.invocationEnded { untouched } == .proceed)
    #expect(!hygiene.isForSingleUse)
  }

  @Test(
    arguments: [
      .example(blocks: 1), .example(inodes: 2), .example(sharedInodes: 2), .example(mode: 0o1770),
      .example(modified: 8),
      .example(changed: 8), .example(ids: [1, 2, 3]), .example(ids: [1, 3]),
    ] as [SandboxState])
  func `whatever an invocation changes is removed`(touched: SandboxState) {
    var hygiene = watched()
    #expect(hygiene.invocationEnded { touched } == .restore)
    #expect(hygiene.restored(isClean: true) { untouched } == .proceed)
    #expect(hygiene.invocationEnded { untouched } == .proceed)
  }

  @Test(
    arguments: [
      .example(blocks: 1), .example(inodes: 2), .example(sharedInodes: 2), .example(mode: 0o1770),
      .example(ids: [1, 2, 3]), .example(ids: [1, 3]),
    ] as [SandboxState])
  func `what the spawner says is not taken on trust`(left: SandboxState) {
    var hygiene = watched()
    _ = hygiene.invocationEnded { left }
    #expect(hygiene.restored(isClean: true) { left } == .end)
  }

  @Test func `an environment that cannot be cleaned or looked at is ended`() {
    var hygiene = watched()
    #expect(hygiene.restored(isClean: false) { untouched } == .end)
    #expect(hygiene.restored(isClean: true) { nil } == .end)
    #expect(hygiene.invocationEnded { nil } == .end)
    #expect(hygiene.workArrived(after: .seconds(1)) { nil } == .end)
  }

  @Test func `times of a restored root and threads of the runtime are noted anew`() {
    var hygiene = watched()
    let later = SandboxState.example(modified: 9, changed: 9, tasks: 5)
    #expect(hygiene.invocationEnded { later } == .restore)
    #expect(hygiene.restored(isClean: true) { later } == .proceed)
    #expect(hygiene.workArrived(after: .seconds(1)) { later.usage } == .proceed)
    #expect(hygiene.workArrived(after: .seconds(1)) { untouched.usage } == .restore)
    #expect(hygiene.invocationEnded { later } == .proceed)
  }

  @Test func `threads that a runtime starts in an invocation are no reason to clean`() {
    var hygiene = watched()
    let grown = SandboxState.example(tasks: 6)
    #expect(hygiene.invocationEnded { grown } == .proceed)
    #expect(hygiene.workArrived(after: .seconds(1)) { grown.usage } == .proceed)
  }

  @Test func `a look holds good for a moment`() {
    let hygiene = watched()
    #expect(hygiene.workArrived(after: .microseconds(900)) { unexpected()?.usage } == .proceed)
    #expect(hygiene.workArrived(after: .milliseconds(1)) { SandboxState.example(inodes: 2).usage } == .restore)
  }

  @Test func `what comes while nothing runs is removed before the next event`() {
    let hygiene = watched()
    #expect(hygiene.workArrived(after: .seconds(1)) { SandboxState.example(inodes: 2).usage } == .restore)
    #expect(hygiene.workArrived(after: .seconds(1)) { SandboxState.example(tasks: 3).usage } == .restore)
  }

  @Test(arguments: [.example(inodes: 2), .example(ids: [1, 2, 3]), .example(ids: nil)] as [SandboxState])
  func `with something in the baseline equal numbers prove nothing`(baseline: SandboxState) {
    var hygiene = Hygiene(.perInvocation)
    #expect(hygiene.initialized { baseline } == .noteBaseline)
    hygiene.baselineNoted(isClean: true) { baseline }
    #expect(hygiene.workArrived(after: .seconds(1)) { baseline.usage } == .proceed)
    #expect(hygiene.invocationEnded { baseline } == .restore)
    #expect(hygiene.restored(isClean: true) { baseline } == .proceed)
    #expect(!hygiene.isForSingleUse)
  }

  @Test func `a baseline that cannot be kept up makes an environment for one invocation`() {
    for (isClean, look) in [(false, untouched), (true, nil)] as [(Bool, SandboxState?)] {
      var hygiene = Hygiene(.perInvocation)
      #expect(hygiene.initialized { .example(inodes: 2) } == .noteBaseline)
      hygiene.baselineNoted(isClean: isClean) { look }
      #expect(hygiene.isForSingleUse)
    }
    var blind = Hygiene(.perInvocation)
    #expect(blind.initialized { nil } == .proceed)
    #expect(blind.isForSingleUse)
  }

  @Test func `per environment nothing is looked at`() {
    var hygiene = Hygiene(.perEnvironment)
    #expect(hygiene.initialized { unexpected() } == .proceed)
    #expect(hygiene.invocationEnded { unexpected() } == .proceed)
    #expect(hygiene.workArrived(after: .seconds(1)) { unexpected()?.usage } == .proceed)
    #expect(!hygiene.isForSingleUse)
  }

  @Test func `for a single use nothing is looked at and the first invocation is the last`() {
    var hygiene = Hygiene(.singleUse)
    #expect(hygiene.initialized { unexpected() } == .proceed)
    #expect(hygiene.workArrived(after: .seconds(1)) { unexpected()?.usage } == .proceed)
    #expect(hygiene.isForSingleUse)
    #expect(hygiene.invocationEnded { unexpected() } == .end)
  }

  private func watched() -> Hygiene {
    var hygiene = Hygiene(.perInvocation)
    _ = hygiene.initialized { untouched }
    return hygiene
  }

  private func unexpected() -> SandboxState? {
    Issue.record("nobody should look")
    return nil
  }
}

extension SandboxState {
  /// An empty sandbox, but for what is given.
  fileprivate static func example(
    blocks: UInt64 = 0, inodes: UInt64 = 1, sharedInodes: UInt64 = 1, mode: UInt32 = 0o1777, modified: Int64 = 7,
    changed: Int64 = 7, ids: [Int32]? = [1, 2], tasks: Int = 2
  ) -> SandboxState {
    SandboxState(
      temporary: FileSystemState(
        usage: FileSystemUsage(blocks: blocks, inodes: inodes), mode: mode, owner: 0, group: 0, modified: modified,
        changed: changed),
      sharedMemory: FileSystemState(
        usage: FileSystemUsage(blocks: 0, inodes: sharedInodes), mode: 0o1777, owner: 0, group: 0, modified: 7,
        changed: 7),
      processes: ids.map { ProcessState(ids: $0, tasks: tasks) })
  }
}
