/// The defaults that depend on the host and on who asks.
struct ServeDefaults: Sendable {
  let isRoot: Bool
  let home: String?
  /// The directory of the running executable, without symbolic links; nil when it cannot be told.
  let executableDirectory: String?

  /// The defaults of this process.
  static func ofProcess(_ environment: ProcessEnvironment) -> ServeDefaults {
    ServeDefaults(
      isRoot: HostUser.isRoot, home: environment["HOME"],
      executableDirectory: HostFile.realPath("/proc/self/exe").map(HostFile.parent))
  }

  /// - Returns: nil when the setting has no default here.
  func text(_ key: ServeKey) -> String? {
    if case .fixed(let text) = key.row.fallback { return text }
    switch key {
    case .dataDirectory: return isRoot ? "/var/lib/redoubt" : home.map { $0 + "/.local/share/redoubt" }
    case .secretsDirectory: return isRoot ? "/etc/redoubt" : home.map { $0 + "/.config/redoubt" }
    case .spawner: return executableDirectory.map { $0 + "/redoubt-spawner" }
    case .runtimesDirectory: return executableDirectory.flatMap(Self.runtimes)
    default: return nil
    }
  }

  /// Looks in a checkout (`runtimes` up to five levels above the build) and in an installation (`libexec`).
  private static func runtimes(from directory: String) -> String? {
    var candidates = [HostFile.parent(directory) + "/libexec/redoubt/runtimes"]
    var level = directory
    for _ in 0...5 {
      candidates.append((level == "/" ? "" : level) + "/runtimes")
      level = HostFile.parent(level)
    }
    return candidates.first { HostFile.exists($0 + "/python/bootstrap.py") }
  }
}
