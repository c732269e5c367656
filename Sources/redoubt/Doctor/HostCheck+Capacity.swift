import Glibc

extension HostCheck {
  /// Whether the kernel's limits leave room for as many environments as the settings allow.
  static func capacity(_ configuration: ServeConfiguration) -> HostCheck {
    let short = limits(configuration).filter { $0.found < $0.needed }
    guard !short.isEmpty else { return .ok("capacity", "room for \(configuration.environments) environments") }
    let list = short.map { "\($0.name) is \($0.found) and should be \($0.needed)" }.joined(separator: ", ")
    return .warn(
      "capacity", "not for \(configuration.environments) environments: \(list)",
      mend: "raise it, or lower --environments")
  }

  private struct Limit {
    let name: String
    let found: Int
    let needed: Int
  }

  private static func limits(_ configuration: ServeConfiguration) -> [Limit] {
    let count = configuration.environments
    let files = Limit(
      name: HostUser.isRoot ? "fs.nr_open" : "the hard limit of open files",
      found: OpenFileLimit.highest ?? .max, needed: OpenFileLimit.needed(configuration))
    let tasks = ["pid_max", "threads-max"].map { name in
      Limit(
        name: "kernel." + name, found: HostFile.number("/proc/sys/kernel/" + name) ?? .max,
        needed: count * tasksOfAnEnvironment + tasksOfTheHost)
    }
    let namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"].map { kind in
      Limit(
        name: "user.max_\(kind)_namespaces", found: HostFile.number("/proc/sys/user/max_\(kind)_namespaces") ?? .max,
        needed: configuration.sandboxes + namespacesOfTheHost)
    }
    return [files] + tasks + namespaces
  }

  /// Node's threads, with init.
  private static let tasksOfAnEnvironment = 12
  private static let tasksOfTheHost = 1024
  private static let namespacesOfTheHost = 64
}
