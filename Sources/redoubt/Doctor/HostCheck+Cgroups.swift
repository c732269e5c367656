extension HostCheck {
  private static let needed = ["memory", "cpu", "pids", "freezer"]

  /// Either version will do; a mixture too, as long as every controller is somewhere.
  static func cgroups() -> HostCheck {
    let unified = HostFile.text("/sys/fs/cgroup/cgroup.controllers")
    let mounts = HostFile.text("/proc/self/mounts") ?? ""
    let controllers = unified.map(unifiedControllers) ?? legacyControllers(mounts)
    let version = unified == nil ? "version 1" : "version 2"
    let missing = needed.filter { !controllers.contains($0) }
    guard missing.isEmpty else {
      return .fail(
        "cgroups", "\(version) without \(missing.joined(separator: ", "))",
        mend: "mount cgroup2 at /sys/fs/cgroup, or the missing controllers")
    }
    guard unified != nil || mounts.split(whereSeparator: \.isNewline).contains(where: isUnified) else {
      return .warn(
        "cgroups", "version 1 alone: what a function runs in the background goes on between invocations",
        mend: "`mount -t cgroup2 none /sys/fs/cgroup/unified`")
    }
    return .ok("cgroups", "\(version) with \(needed.joined(separator: ", "))")
  }

  /// Version 2 freezes without a controller of that name.
  private static func unifiedControllers(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init)).union(["freezer"])
  }

  /// A mount of version 2, whose groups can be frozen without any controller.
  private static func isUnified(_ line: Substring) -> Bool {
    let fields = line.split(separator: " ")
    return fields.count > 2 && fields[2] == "cgroup2"
  }

  private static func legacyControllers(_ mounts: String) -> Set<String> {
    let fields = mounts.split(whereSeparator: \.isNewline).map { $0.split(separator: " ") }
    let options = fields.filter { $0.count > 3 && $0[2] == "cgroup" }.flatMap { $0[3].split(separator: ",") }
    return Set(options.map(String.init))
  }
}
