import CLinux
import Glibc

extension HostCheck {
  static func kernel() -> [HostCheck] { [release(), seccomp()] }

  /// mount_setattr came with 5.12; processes are counted for each user namespace since 5.14, and without root nothing
  /// else bounds them.
  private static func release() -> HostCheck {
    let text = HostFile.text("/proc/sys/kernel/osrelease")?.filter { !$0.isNewline } ?? ""
    let minor = HostUser.isRoot ? 12 : 14
    let numbers = text.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
    guard numbers.count == 2, (numbers[0], numbers[1]) >= (5, minor) else {
      return .fail("kernel", "Linux \(text)", mend: "install Linux 5.\(minor) or later")
    }
    return .ok("kernel", "Linux \(text)")
  }

  private static func seccomp() -> HostCheck {
    let actions = HostFile.text("/proc/sys/kernel/seccomp/actions_avail")?.split(whereSeparator: \.isWhitespace) ?? []
    return actions.contains("errno") && actions.contains("kill_process")
      ? .ok("seccomp", "filters are available")
      : .fail("seccomp", "no filters", mend: "use a kernel with CONFIG_SECCOMP_FILTER")
  }

  static func namespaces() -> [HostCheck] {
    let kinds = [
      (CLINUX_NAMESPACE_USER, "user"), (CLINUX_NAMESPACE_MOUNT, "mnt"), (CLINUX_NAMESPACE_PID, "pid"),
      (CLINUX_NAMESPACE_NETWORK, "net"), (CLINUX_NAMESPACE_IPC, "ipc"), (CLINUX_NAMESPACE_UTS, "uts"),
      (CLINUX_NAMESPACE_CGROUP, "cgroup"),
    ]
    return kinds.map { kind, name in namespace(kind, name) }
  }

  private static func namespace(_ kind: clinux_namespace, _ name: String) -> HostCheck {
    let title = "namespace \(name)"
    let setting = "/proc/sys/user/max_\(name)_namespaces"
    let limit = HostFile.number(setting)
    let result = clinux_try_namespace(kind)
    if result == 0 { return .ok(title, limit.map { "at most \($0)" } ?? "can be made") }
    let reason = String(cString: strerror(-result))
    return .fail(title, "cannot be made: \(reason)", mend: "run as root on the host, and raise \(setting)")
  }
}
