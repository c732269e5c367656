/// Where a function's code is: a directory or a zip.
struct CodeSource: Hashable, Sendable {
  let path: String

  /// What the function is called unless somebody says otherwise: the directory's or the archive's name.
  var suggestedName: String {
    if HostFile.isDirectory(path) { return HostFile.name(HostFile.realPath(path) ?? path) }
    let name = HostFile.name(path)
    return name.hasSuffix(".zip") ? String(name.dropLast(4)) : name
  }

  /// True when a directory brings an executable `bootstrap` of its own.
  var hasBootstrap: Bool { HostFile.isDirectory(path) && HostFile.isExecutable(path + "/bootstrap") }

  /// The runtime of a new function that names none.
  func defaultRuntime() throws(CommandFailure) -> String {
    if hasBootstrap { return "provided.al2023" }
    guard let newest = HostRuntime.installedPythons.last else {
      throw CommandFailure(.usage, "there is no /usr/bin/python3.N on this host to go by: give --runtime")
    }
    return newest
  }
}
