import Glibc

/// The control group (version 2) that this process is in, where its user may make groups: as the spawner decides it.
enum DelegatedControlGroup {
  private static let needed: Set<Substring> = ["memory", "cpu", "pids"]
  private static let leaf = "/redoubt-platform"

  static var isThere: Bool {
    guard let directory else { return false }
    let files = ["", "/cgroup.subtree_control", "/cgroup.procs"].map { directory + $0 }
    guard files.allSatisfy({ access($0, W_OK) == 0 }), needed.isSubset(of: words(directory + "/cgroup.controllers"))
    else { return false }
    return needed.isSubset(of: words(directory + "/cgroup.subtree_control")) || hasOnlyThis(directory)
  }

  /// The spawner moves what is in the group, and only processes of redoubt.
  private static func hasOnlyThis(_ directory: String) -> Bool {
    words(directory + "/cgroup.procs").allSatisfy { $0 == "\(getpid())" }
  }

  private static func words(_ path: String) -> Set<Substring> {
    Set((HostFile.text(path) ?? "").split(whereSeparator: \.isWhitespace))
  }

  private static var directory: String? {
    let groups = (HostFile.text("/proc/self/cgroup") ?? "").split(whereSeparator: \.isNewline)
    guard let own = groups.first(where: { $0.hasPrefix("0::/") })?.dropFirst(3) else { return nil }
    let mounts = (HostFile.text("/proc/self/mountinfo") ?? "").split(whereSeparator: \.isNewline)
    let mount = mounts.first { $0.contains(" - cgroup2 ") }
    guard let fields = mount?.split(separator: " "), fields.count > 4 else { return nil }
    let (root, point) = (fields[3], String(fields[4]))
    let path = root != "/" && own.hasPrefix(root) ? own.dropFirst(root.count) : own
    return point + (path.hasSuffix(leaf) ? path.dropLast(leaf.count) : path)
  }
}
