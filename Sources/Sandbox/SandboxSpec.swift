package import Core

/// What is asked of the spawner for one sandbox. No path, uid or mount flag: the spawner knows those.
package struct SandboxSpec: Sendable {
  package let tree: ArtifactID
  /// What was compiled of it: its files are there besides. If it is gone, the sandbox starts without.
  package let compiled: ArtifactID?
  /// Merged at /opt, a later one over an earlier one; at most five, none twice, all of the code's account.
  package let layers: [ArtifactID]
  /// Index into the spawner's table of runtimes.
  package let runtime: Int
  /// Limit of the whole process tree, in MiB.
  package let memoryMiB: Int
  /// Size of /tmp, in MiB.
  package let ephemeralMiB: Int
  /// `NAME=value`, all that the runtime process gets.
  package let environment: [String]
  /// The line of the stock from which it may be taken; nil: it is made from nothing.
  package let stock: Int?

  package init(
    tree: ArtifactID, compiled: ArtifactID? = nil, layers: [ArtifactID] = [], runtime: Int, memoryMiB: Int,
    ephemeralMiB: Int,
    environment: [String], stock: Int? = nil
  ) {
    self.tree = tree
    self.compiled = compiled
    self.layers = layers
    self.runtime = runtime
    self.memoryMiB = memoryMiB
    self.ephemeralMiB = ephemeralMiB
    self.environment = environment
    self.stock = stock
  }

  /// All that has to be unpacked before.
  package var trees: [ArtifactID] { [tree] + layers }
}

/// Names one running sandbox. A slot is used again, with another generation; a new spawner starts a new epoch.
package struct SandboxID: Hashable, Sendable {
  let slot: UInt32
  let generation: UInt32
  let epoch: UInt64
}

/// A sandbox whose runtime process has been started.
package struct StartedSandbox: Sendable {
  package let id: SandboxID
  /// A listening TCP socket, 127.0.0.1:9001 inside the sandbox's own network.
  package let listener: OwnedDescriptor
  /// A listening Unix socket for the same, in the abstract namespace of that network: for runtimes of the platform.
  package let localListener: OwnedDescriptor
  /// A listening TCP socket, 127.0.0.1:9002 inside the sandbox's own network: for the platform's own APIs.
  package let platformListener: OwnedDescriptor
  /// The read end of the pipe that is the runtime's standard output and error; non-blocking.
  package let log: OwnedDescriptor
  /// /tmp of the sandbox, for fstat and fstatfs only.
  package let temporary: OwnedDescriptor
  /// /dev/shm of the sandbox, for fstat and fstatfs only.
  package let sharedMemory: OwnedDescriptor
  /// nil on a host without control groups.
  package let group: SandboxGroup?
  /// Whether it was made ready before it was asked for, or at least in the way of those that are.
  package let wasParked: Bool

  /// Closes the listening sockets that nobody has taken.
  package func closeListeners() {
    for socket in [listener, localListener, platformListener] { socket.close() }
  }
}

/// The control group of one sandbox.
package struct SandboxGroup: Sendable {
  /// A file whose text is the peak of memory use in bytes.
  package let memoryPeak: OwnedDescriptor
  /// The directory with `cgroup.procs` and `pids.current`.
  package let directory: OwnedDescriptor
  /// A file that stops all processes when `1` is written to it, and lets them go on after a `0`; what is stopped can be
  /// killed all the same. nil on a host that has none.
  package let freezer: OwnedDescriptor?

  /// Closes the files that tell of the group; not that which stops it.
  package func stopLooking() {
    for file in [memoryPeak, directory] { file.close() }
  }
}

/// How a sandbox ended. Its process tree and its cgroup are gone.
package struct SandboxExit: Hashable, Sendable {
  package enum Cause: Hashable, Sendable {
    case code(Int)
    case signal(Int)
    /// The spawner ended, and the sandbox with it.
    case lost
  }

  package let cause: Cause
  /// Processes that the kernel killed for want of memory.
  package let oomKills: Int
  /// Bytes; nil when nobody counted them, as on a host without control groups.
  package let memoryPeak: Int?

  package init(cause: Cause, oomKills: Int, memoryPeak: Int?) {
    self.cause = cause
    self.oomKills = oomKills
    self.memoryPeak = memoryPeak
  }
}

/// Why the spawner did not do what was asked.
package enum SandboxError: Error, Hashable, Sendable {
  /// The code was never unpacked by this spawner: unpack it, then ask again.
  case unknownTree
  case noSlot
  /// A field was out of its range.
  case invalidRequest
  /// The archive cannot be read.
  case notAZip
  /// A name or type that must not be unpacked, with what the unpacker says of it.
  case unsafeEntry(String)
  /// More bytes or entries than allowed, counted as they came out.
  case tooLarge
  case timeout
  /// The kernel refused; for the server's own log.
  case system(step: String, errorNumber: Int32)
  /// The spawner ended before it answered.
  case connectionLost
  /// The spawner answered something that the protocol does not have.
  case protocolViolation
}

/// What unpacking a package came to.
package struct UnpackedTree: Hashable, Sendable {
  package let bytes: Int
  package let entries: Int
  /// Whether something at its top is named `extensions`.
  package let hasExtensions: Bool
}

/// How much may come out of a package, or of a compiler.
package struct UnpackLimits: Hashable, Sendable {
  package let bytes: Int
  package let entries: Int

  /// Lambda's limit of unpacked bytes, and a number of entries that no real package reaches.
  package static let standard = UnpackLimits(bytes: 262_144_000, entries: 65_536)
  /// Of what is compiled ahead; whatever there is no room for is compiled by each environment.
  package static let compiled = UnpackLimits(bytes: 64 << 20, entries: 16_384)

  package init(bytes: Int, entries: Int) {
    self.bytes = bytes
    self.entries = entries
  }
}
