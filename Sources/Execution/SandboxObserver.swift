import Glibc
import Sandbox

/// Looks at a sandbox through the descriptors that came with it: from outside, without asking anybody inside.
///
/// INVARIANT: lives on the environment's event loop. A look at the state is five system calls, eight when the runtime has
/// threads; one at the usage is three.
final class SandboxObserver {
  private let temporary: OwnedDescriptor
  private let sharedMemory: OwnedDescriptor
  private let group: OwnedDescriptor?
  /// `pids.current`, kept open: unlike `cgroup.procs` it is made anew for every read.
  private let taskCount: OwnedDescriptor?
  /// The ids of init and the runtime, once they were seen alone. While there are two tasks, they are these: without
  /// either the sandbox would be gone.
  private var pair: [Int32]?

  init(_ sandbox: StartedSandbox) {
    temporary = sandbox.temporary
    sharedMemory = sandbox.sharedMemory
    group = sandbox.group?.directory
    taskCount = group.map { OwnedDescriptor(openat($0.borrowed, "pids.current", O_RDONLY | O_CLOEXEC)) }
  }

  /// - Returns: nil when something cannot be seen.
  func state() -> SandboxState? {
    guard let temporary = Self.fileSystem(temporary), let sharedMemory = Self.fileSystem(sharedMemory) else {
      return nil
    }
    guard let group else {
      return SandboxState(temporary: temporary, sharedMemory: sharedMemory, processes: nil)
    }
    guard let tasks = tasks(), let ids = processes(of: group, tasks) else { return nil }
    return SandboxState(
      temporary: temporary, sharedMemory: sharedMemory, processes: ProcessState(ids: ids, tasks: tasks))
  }

  /// - Returns: nil when something cannot be seen.
  func usage() -> SandboxUsage? {
    guard let temporary = Self.usage(temporary), let sharedMemory = Self.usage(sharedMemory) else { return nil }
    let tasks = tasks()
    guard group == nil || tasks != nil else { return nil }
    return SandboxUsage(temporary: temporary, sharedMemory: sharedMemory, tasks: tasks)
  }

  private func tasks() -> Int? { taskCount.flatMap { NumberFile.read($0) } }

  private func processes(of group: OwnedDescriptor, _ tasks: Int) -> [Int32]? {
    if tasks == 2, let pair { return pair }
    let ids = Self.processes(of: group)
    if tasks == 2, ids?.count == 2 { pair = ids }
    return ids
  }

  private static func fileSystem(_ root: OwnedDescriptor) -> FileSystemState? {
    guard let usage = usage(root) else { return nil }
    var status = stat()
    guard fstat(root.borrowed, &status) == 0 else { return nil }
    return FileSystemState(
      usage: usage, mode: status.st_mode, owner: status.st_uid, group: status.st_gid,
      modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
  }

  private static func usage(_ root: OwnedDescriptor) -> FileSystemUsage? {
    var status = statvfs()
    guard fstatvfs(root.borrowed, &status) == 0 else { return nil }
    return FileSystemUsage(
      blocks: UInt64(status.f_blocks) &- UInt64(status.f_bfree),
      inodes: UInt64(status.f_files) &- UInt64(status.f_ffree))
  }

  /// A descriptor of cgroup v1 that was read before gives the list of then: the file is opened for each look.
  private static func processes(of group: OwnedDescriptor) -> [Int32]? {
    let file = openat(group.borrowed, "cgroup.procs", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { buffer in
      var list = ProcessList()
      while true {
        let count = read(file, buffer.baseAddress, buffer.count)
        guard count >= 0 else { return nil }
        guard count > 0 else { return list.sorted() }
        list.append(buffer[..<count])
      }
    }
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// Takes the text of `cgroup.procs` apart, in whatever pieces it comes.
struct ProcessList {
  private var ids: [Int32] = []
  private var number: Int32 = 0

  mutating func append(_ text: some Sequence<UInt8>) {
    for byte in text {
      if byte == UInt8(ascii: "\n") {
        ids.append(number)
        number = 0
      } else {
        number = number &* 10 &+ Int32(byte &- UInt8(ascii: "0"))
      }
    }
  }

  /// In order, none twice: the kernel promises neither.
  func sorted() -> [Int32] {
    let all = ids.sorted()
    return all.enumerated().filter { $0 == 0 || all[$0 - 1] != $1 }.map(\.element)
  }
}
