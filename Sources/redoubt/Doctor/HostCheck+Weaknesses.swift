import Glibc

/// What is weaker than started as root: `redoubt serve` says it at its start, `redoubt doctor` beside its checks.
extension HostCheck {
  /// - Returns: nothing for root.
  static func weaknesses() -> [HostCheck] {
    guard !HostUser.isRoot else { return [] }
    return [oneUser(), groups(), controlGroups(), devices(), systemMounts(), coreLimit(), swap()].compactMap { $0 }
  }

  private static func oneUser() -> HostCheck {
    .warn(
      "one user",
      "the server, the spawner and every function are uid \(HostUser.current.uid) to the host: what leaves its sandbox has"
        + " this user's files and processes, the server's keys among them",
      mend: asRoot)
  }

  private static func groups() -> HostCheck? {
    let groups = HostUser.supplementaryGroups
    guard !groups.isEmpty else { return nil }
    return .warn(
      "groups", "functions keep the groups \(groups.map(String.init).joined(separator: ", "))",
      mend: "start redoubt as a user without further groups")
  }

  private static func controlGroups() -> HostCheck? {
    guard !DelegatedControlGroup.isThere else { return nil }
    return .warn(
      "control groups",
      "none: MemorySize bounds each process of a function, not all of them together; the processor is not shared by"
        + " MemorySize; a background thread runs on between invocations; the memory used is not reported",
      mend: "on systemd with cgroup v2: `systemd-run --user --scope --property=Delegate=yes redoubt serve`")
  }

  /// The kernel gives an ordinary user such a directory as a whole only, and no file system of a function's own over it.
  private static func systemMounts() -> HostCheck? {
    let roots = ["/usr/", "/bin/", "/lib/", "/lib32/", "/lib64/", "/libx32/", "/sbin/"]
    let points = (HostFile.text("/proc/self/mounts") ?? "").split(whereSeparator: \.isNewline).compactMap { line in
      line.split(separator: " ").dropFirst().first.map(String.init)
    }
    let found = points.filter { point in roots.contains { point.hasPrefix($0) } }
    guard !found.isEmpty else { return nil }
    return .warn(
      "system directories",
      "functions see each other's locks there, because something is mounted below: \(found.joined(separator: ", "))",
      mend: asRoot)
  }

  private static func devices() -> HostCheck {
    .warn(
      "devices", "functions see each other's locks and watches on /dev/null and its like: they are the host's own",
      mend: asRoot)
  }

  /// A pattern that pipes ignores a limit of 0 and heeds one of 1, which a hard limit of 0 does not allow (core(5)).
  private static func coreLimit() -> HostCheck? {
    let isPiped = HostFile.text("/proc/sys/kernel/core_pattern")?.hasPrefix("|") ?? false
    guard isPiped, hardCoreLimit == 0 else { return nil }
    return .warn(
      "core limit", "the memory of a function that crashes goes to the host's core handler",
      mend: "raise the hard limit of cores to 1 or more (`ulimit -Hc`)")
  }

  private static var hardCoreLimit: rlim_t? {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 ? limit.rlim_max : nil
  }

  /// Only root may mount a tmpfs that stays out of it.
  private static func swap() -> HostCheck? {
    let found = memorySwap()
    guard found.status != .ok else { return nil }
    return .warn("code in swap", "unpacked code of functions may get there", mend: found.remedy ?? asRoot)
  }

  private static let asRoot = "start redoubt as root"
}
