import Glibc
import Sandbox

/// How many descriptors the server and the spawner may hold.
enum OpenFileLimit {
  /// Three listeners, log, what is looked at from outside, the freezer, and connections: most have few of the 16 of the
  /// runtime and the 32 of the function's code.
  private static let ofAnEnvironment = 24
  private static let ofTheServer = 256

  /// By the one of the two that needs more.
  static func needed(_ configuration: ServeConfiguration) -> Int {
    let server = configuration.environments * ofAnEnvironment + configuration.maximumConnections + ofTheServer
    return max(server, Spawner.openFiles(sandboxes: configuration.sandboxes))
  }

  /// What can be had; nil when the host does not tell.
  static var highest: Int? {
    HostUser.isRoot ? HostFile.number("/proc/sys/fs/nr_open") : current.map { Int(clamping: $0.rlim_max) }
  }

  /// Raises the hard limit of this process and its children to what is needed, which only root may. A failure leaves it
  /// as it is: connections are counted, and an environment that gets no descriptor fails alone.
  static func makeRoom(for configuration: ServeConfiguration) {
    guard var limit = current, limit.rlim_max < rlim_t(needed(configuration)) else { return }
    limit.rlim_max = rlim_t(needed(configuration))
    set(limit)
  }

  /// Raises the soft limit to the hard one. A failure leaves the limit as it is, which is safe: connections are counted.
  static func raise() {
    guard var limit = current else { return }
    limit.rlim_cur = limit.rlim_max
    set(limit)
  }

  /// Makes the kernel's table of this process's descriptors as large as is needed. Where there are threads, a table that
  /// grows stops whoever opened a descriptor for tens of milliseconds.
  static func makeTable(for configuration: ServeConfiguration) {
    guard let limit = current else { return }
    let last = min(needed(configuration), Int(clamping: limit.rlim_cur)) - 1
    close(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, Int32(clamping: last)))
  }

  private static var current: rlimit? {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit : nil
  }

  private static func set(_ limit: rlimit) {
    var limit = limit
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
