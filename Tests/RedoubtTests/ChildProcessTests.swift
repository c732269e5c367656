import CLinux
import Glibc
import Testing

@testable import redoubt

/// Runs a program to its end and returns its stdout.
func run(
  _ path: String, _ arguments: [String], input: [UInt8] = [], _ change: (inout ChildLaunch) throws -> Void = { _ in }
) throws -> String {
  var output = ""
  try withTemporaryDirectory { directory in
    try write("", to: directory + "/out")
    let file = try Descriptor.open(directory + "/out", O_RDWR)
    var launch = ChildLaunch(
      executable: try Descriptor.program(path), arguments: arguments,
      standard: (try SealedMemory.make("input", input), file, nil))
    try change(&launch)
    #expect(try ChildProcess.start(launch).wait() == .code(0))
    lseek(file.number, 0, SEEK_SET)
    output = String(decoding: try file.readAll(limit: 1 << 20), as: UTF8.self)
  }
  return output
}

@Suite struct ChildProcessTests {
  private func start(_ path: String, _ arguments: [String], flags: [clinux_spawn_flag] = []) throws -> ChildProcess {
    try ChildProcess.start(
      ChildLaunch(executable: try Descriptor.program(path), arguments: arguments, flags: flags))
  }

  @Test func `an exit code is reported`() throws {
    #expect(try start("/bin/true", ["true"]).wait() == .code(0))
    #expect(try start("/bin/sh", ["sh", "-c", "exit 78"]).wait() == .code(78))
  }

  @Test func `a signal reaches the process and is reported`() throws {
    let child = try start("/bin/sleep", ["sleep", "60"], flags: [CLINUX_SPAWN_NEW_SESSION])
    #expect(try child.poll() == nil)
    child.signal(SIGKILL)
    #expect(try child.wait() == .signal(SIGKILL))
  }

  @Test func `a program that cannot run is the parent's error`() throws {
    #expect(throws: SystemError(call: "start x", number: EACCES)) { try start("/etc/passwd", ["x"]) }
    #expect(throws: SystemError(call: "open /nowhere", number: ENOENT)) { try start("/nowhere", ["x"]) }
  }

  @Test func `a program reads its input and writes its output`() throws {
    #expect(try run("/bin/cat", ["cat"], input: Array("hello".utf8)) == "hello")
  }

  @Test func `a child has the listed descriptors, no core dumps, no mask and the root directory`() throws {
    let script = """
      import os, resource, signal
      print(sorted(os.listdir("/proc/self/fd")), os.read(3, 9), os.read(4, 9), os.getcwd(),
        resource.getrlimit(resource.RLIMIT_CORE), signal.pthread_sigmask(signal.SIG_BLOCK, []), dict(os.environ))
      """
    let output = try run("/usr/bin/python3", ["python3", "-I", "-c", script]) { launch in
      launch.environment = ["LC_ALL=C.UTF-8"]
      launch.descriptors = [
        try SealedMemory.make("a", Array("one".utf8)), try SealedMemory.make("b", Array("two".utf8)),
      ]
    }
    // 5 is the directory that the listing itself holds open.
    #expect(output == "['0', '1', '2', '3', '4', '5'] b'one' b'two' / (1, 1) set() {'LC_ALL': 'C.UTF-8'}\n")
  }

  @Test(.enabled(if: HostUser.isRoot))
  func `a child given a user has no groups, no capabilities and no new privileges`() throws {
    let script = "^(Uid|Gid|Groups|CapEff|NoNewPrivs)"
    let output = try run("/bin/grep", ["grep", "-E", script, "/proc/self/status"]) { launch in
      launch.user = HostUser(named: "65534")
      launch.flags = [CLINUX_SPAWN_NO_NEW_PRIVILEGES]
    }
    let ids = "65534\t65534\t65534\t65534"
    #expect(
      output.filter { $0 != " " }
        == "Uid:\t\(ids)\nGid:\t\(ids)\nGroups:\t\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n")
  }
}
