import CLinux
import Glibc

/// Whether an ordinary user can make sandboxes on this host.
enum Rootless {
  private static let steps: [(clinux_rootless, String)] = [
    (CLINUX_ROOTLESS_NAMESPACES, "a user namespace cannot be made"),
    (CLINUX_ROOTLESS_MOUNTS, "a user namespace has no privilege"),
    (CLINUX_ROOTLESS_PROC, "a /proc of its own cannot be mounted"),
  ]

  /// What is in the way and how to mend it; nil when nothing is. It is tried, not read from settings.
  static func obstacle() -> (finding: String, remedy: String)? {
    for (step, finding) in steps {
      let result = clinux_try_rootless(step)
      guard result != 0 else { continue }
      return ("\(finding): \(String(cString: strerror(-result)))", remedy(step))
    }
    return nil
  }

  /// Refuses to start where no function could.
  static func insist() throws(CommandFailure) {
    guard let (finding, remedy) = obstacle() else { return }
    throw CommandFailure(.configuration, "without root, \(finding): \(remedy), or start redoubt as root")
  }

  private static func remedy(_ step: clinux_rootless) -> String {
    if step == CLINUX_ROOTLESS_PROC {
      return "the host's /proc is masked, as in a container: give it whole"
        + " (docker: --security-opt systempaths=unconfined)"
    }
    for (setting, closed, open) in settings where HostFile.number("/proc/sys/" + setting) == closed {
      let name = setting.map { $0 == "/" ? "." : String($0) }.joined()
      return "`sysctl \(name)=\(open)`" + (setting == appArmor ? profile : "")
    }
    return "a seccomp filter or a security module forbids it"
  }

  private static let appArmor = "kernel/apparmor_restrict_unprivileged_userns"
  private static let profile = " or an AppArmor profile with `userns,` for redoubt and redoubt-spawner"
  /// Setting, the value that closes user namespaces, one that opens them.
  private static let settings: [(String, Int, Int)] = [
    ("user/max_user_namespaces", 0, 15_000), ("kernel/unprivileged_userns_clone", 0, 1), (appArmor, 1, 0),
  ]
}

extension HostCheck {
  /// For doctor.
  static func rootless() -> HostCheck {
    let name = "rootless"
    guard let (finding, remedy) = Rootless.obstacle() else {
      return .ok(
        name, "uid \(HostUser.current.uid) can make sandboxes (`sudo redoubt doctor` looks at the host for root)")
    }
    return .fail(name, finding, mend: remedy)
  }
}
