/// What can be seen of a sandbox from outside, at one moment.
struct SandboxState: Hashable, Sendable {
  let temporary: FileSystemState
  let sharedMemory: FileSystemState
  /// nil on a host without control groups.
  let processes: ProcessState?

  /// The look that is short enough for the moment before an event is handed over.
  var usage: SandboxUsage {
    SandboxUsage(temporary: temporary.usage, sharedMemory: sharedMemory.usage, tasks: processes?.tasks)
  }

  /// Whether all is the same but times, which no clean-up can turn back, and the number of threads.
  func hasSameContent(as other: SandboxState) -> Bool {
    temporary.hasSameContent(as: other.temporary) && sharedMemory.hasSameContent(as: other.sharedMemory)
      && processes?.ids == other.processes?.ids
  }
}

/// What is used of a sandbox: numbers only.
struct SandboxUsage: Hashable, Sendable {
  let temporary: FileSystemUsage
  let sharedMemory: FileSystemUsage
  /// Threads and processes; nil on a host without control groups.
  let tasks: Int?
}

/// The processes of a sandbox.
struct ProcessState: Hashable, Sendable {
  /// In order, none twice.
  let ids: [Int32]
  /// Threads counted.
  let tasks: Int
}

/// What is used of a file system that lies in memory.
struct FileSystemUsage: Hashable, Sendable {
  /// Of the root alone.
  static let empty = FileSystemUsage(blocks: 0, inodes: 1)

  let blocks: UInt64
  /// Unlinked files that are still open are among them.
  let inodes: UInt64
}

/// A file system that lies in memory, and its root directory.
struct FileSystemState: Hashable, Sendable {
  let usage: FileSystemUsage
  let mode: UInt32
  let owner: UInt32
  let group: UInt32
  /// Nanoseconds. A file that came and went leaves its trace here.
  let modified: Int64
  /// Nanoseconds. So does an attribute of the root.
  let changed: Int64

  func hasSameContent(as other: FileSystemState) -> Bool {
    (usage, mode) == (other.usage, other.mode) && (owner, group) == (other.owner, other.group)
  }
}
