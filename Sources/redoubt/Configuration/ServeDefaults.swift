import Execution

/// The defaults that depend on the host and on who asks.
struct ServeDefaults: Sendable {
  let isRoot: Bool
  /// Number of the user that asks.
  let user: UInt32
  /// Where this user's programs keep data and settings: XDG_DATA_HOME and XDG_CONFIG_HOME, or below the home.
  let dataHome: String?
  let configurationHome: String?
  /// MiB of the host's memory; nil when the host does not tell.
  let memoryMiB: Int?
  /// The directory of the running executable, without symbolic links; nil when it cannot be told.
  let executableDirectory: String?

  /// The defaults of this process.
  static func ofProcess(_ environment: ProcessEnvironment) -> ServeDefaults {
    ServeDefaults(
      isRoot: HostUser.isRoot, user: HostUser.current.uid, dataHome: environment.dataHome,
      configurationHome: environment.configurationHome, memoryMiB: HostMemory.now().map { $0.total >> 20 },
      executableDirectory: HostFile.realPath("/proc/self/exe").map(HostFile.parent))
  }

  /// - Returns: nil when the setting has no default here.
  func text(_ key: ServeKey) -> String? {
    if case .fixed(let text) = key.row.fallback { return text }
    switch key {
    case .dataDirectory: return isRoot ? "/var/lib/redoubt" : dataHome.map { $0 + "/redoubt" }
    case .secretsDirectory: return isRoot ? "/etc/redoubt" : configurationHome.map { $0 + "/redoubt" }
    case .user: return isRoot ? "redoubt" : String(user)
    case .spawner: return executableDirectory.map { $0 + "/redoubt-spawner" }
    case .memoryReserve: return String(memoryMiB.map { min(max($0 / 20, 128), 2048) } ?? 128)
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
