import Foundation
import Glibc
import Testing

@testable import Execution
@testable import Sandbox

/// The observer before directories of the test instead of a sandbox's.
final class SandboxObserverTests {
  private let path: String
  private let observer: SandboxObserver

  init() throws {
    path = NSTemporaryDirectory() + "redoubt-" + UUID().uuidString
    for name in ["", "/tmp", "/shm", "/group"] {
      try FileManager.default.createDirectory(atPath: path + name, withIntermediateDirectories: false)
    }
    try Data("17\n4\n".utf8).write(to: URL(fileURLWithPath: path + "/group/cgroup.procs"))
    try Data("3\n".utf8).write(to: URL(fileURLWithPath: path + "/group/pids.current"))
    observer = SandboxObserver(try Self.sandbox(path, hasGroup: true))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @Test func `the processes are listed in order, and anew at each look`() throws {
    #expect(try #require(observer.state()).processes == ProcessState(ids: [4, 17], tasks: 3))
    let list = try #require(FileHandle(forWritingAtPath: path + "/group/cgroup.procs"))
    list.write(Data("2\n".utf8))
    try list.truncate(atOffset: 2)
    #expect(try #require(observer.state()).processes?.ids == [2])
  }

  @Test func `the number of threads is read anew`() throws {
    _ = observer.usage()
    let file = try #require(FileHandle(forWritingAtPath: path + "/group/pids.current"))
    file.write(Data("8\n".utf8))
    #expect(observer.usage()?.tasks == 8)
  }

  @Test func `a file that comes and goes shows in the root's times`() throws {
    let before = try #require(observer.state())
    try Data().write(to: URL(fileURLWithPath: path + "/tmp/f"))
    try FileManager.default.removeItem(atPath: path + "/tmp/f")
    let after = try #require(observer.state())
    #expect(after.temporary.modified > before.temporary.modified)
    #expect(after.sharedMemory.modified == before.sharedMemory.modified)
  }

  @Test func `without control groups the processes are unknown`() throws {
    let blind = SandboxObserver(try Self.sandbox(path, hasGroup: false))
    let state = try #require(blind.state())
    #expect(state.processes == nil)
    #expect(state.usage.tasks == nil)
    // Blocks and inodes are the host's, which others use.
    #expect(try #require(blind.usage()).tasks == nil)
  }

  @Test func `a control group that cannot be read is no look at all`() throws {
    try FileManager.default.removeItem(atPath: path + "/group/cgroup.procs")
    #expect(observer.state() == nil)
    #expect(observer.usage() != nil)
  }

  @Test(arguments: [["1\n2\n"], ["1", "\n", "2\n"], ["2\n1\n2\n"], ["2\n", "", "1\n"]])
  func `a list of processes is read in whatever pieces it comes`(pieces: [String]) {
    var list = ProcessList()
    for piece in pieces { list.append(piece.utf8) }
    #expect(list.sorted() == [1, 2])
  }

  private static func sandbox(_ path: String, hasGroup: Bool) throws -> StartedSandbox {
    func open(_ name: String, _ flags: Int32) throws -> OwnedDescriptor {
      let number = Glibc.open(path + name, flags | O_CLOEXEC)
      try #require(number >= 0)
      return OwnedDescriptor(number)
    }
    // O_PATH, which Glibc's module leaves out.
    let pathOnly: Int32 = 0o10000000
    return StartedSandbox(
      id: SandboxID(slot: 0, generation: 0, epoch: 0), listener: OwnedDescriptor(-1),
      localListener: OwnedDescriptor(-1), platformListener: OwnedDescriptor(-1), log: OwnedDescriptor(-1),
      temporary: try open("/tmp", pathOnly), sharedMemory: try open("/shm", pathOnly),
      group: hasGroup
        ? SandboxGroup(
          memoryPeak: try open("/group/pids.current", O_RDONLY), directory: try open("/group", O_RDONLY | O_DIRECTORY),
          freezer: nil)
        : nil,
      wasParked: false)
  }
}
