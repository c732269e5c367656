/// A runtime that this host can run: one row of the spawner's table, named by its index there.
struct HostRuntime: Hashable, Sendable {
  /// AWS's name, for example `python3.11`.
  let name: String
  /// What the sandbox sees at /var/runtime; nil for a runtime that comes with the code.
  let directory: String?
  /// The program to run and its arguments.
  let command: [String]

  /// Interpreters of the distribution, oldest first: one on a developer's path may lie where no sandbox can reach it.
  static let pythonVersions = (9...14).map { "python3.\($0)" }

  /// The names of the interpreters that are there.
  static var installedPythons: [String] { pythonVersions.filter { HostFile.isExecutable("/usr/bin/\($0)") } }

  /// - Parameter directory: what `runtimes-dir` names.
  static func table(in directory: String) -> [HostRuntime] {
    let pythons = installedPythons.map { name in
      HostRuntime(
        name: name, directory: directory + "/python", command: ["/usr/bin/\(name)", "-S", "/var/runtime/bootstrap.py"])
    }
    let custom = ["provided.al2023", "provided.al2"].map { name in
      HostRuntime(name: name, directory: nil, command: ["/var/task/bootstrap"])
    }
    return pythons + [node(in: directory)].compactMap { $0 } + custom
  }

  /// nil where the host has no Node, or the directory nothing for it.
  private static func node(in directory: String) -> HostRuntime? {
    guard let name = HostNode.runtimeName, HostFile.exists(directory + "/node/bootstrap") else { return nil }
    return HostRuntime(name: name, directory: directory + "/node", command: ["/bin/sh", "/var/runtime/bootstrap"])
  }
}
