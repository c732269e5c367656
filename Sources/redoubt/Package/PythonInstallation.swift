import Core
import Cryptography
import FoundationEssentials
import Glibc

/// Installs requirements with pip into directories that are kept, one for each text and Python.
struct PythonInstallation: Sendable {
  /// Where they are kept; nil when the user has no place for that.
  let cache: String?
  /// Assignments `NAME=VALUE` that pip is given: the caller's proxies, indexes and certificates.
  let environment: [String]
  let options: Options

  /// What pip may do.
  struct Options: Hashable, Sendable {
    /// Packages without a wheel run code of theirs when they are built, as whoever deploys.
    var allowsSourceBuilds = false
    /// Even what is there is installed again.
    var isForced = false
  }

  /// - Parameter python: the runtime, for example `python3.11`.
  /// - Returns: the directory with the packages; it must not be changed.
  func directory(_ requirements: PythonRequirements, for python: String) throws -> String {
    guard let cache else {
      throw CommandFailure(.usage, "there is no HOME to keep installed packages in: set XDG_CACHE_HOME")
    }
    let directory = cache + "/" + key(requirements, python)
    if !options.isForced, HostFile.isDirectory(directory) { return directory }
    let work = try temporaryDirectory(in: cache)
    defer { remove(work) }
    StandardError.write("installing \(PythonRequirements.fileName) for \(python)\n")
    try install(requirements, python, in: work)
    if options.isForced { remove(directory) }
    // Another deployment may have been quicker: then its directory holds the same and this one goes.
    guard rename(work + "/packages", directory) == 0 || HostFile.isDirectory(directory) else {
      throw SystemError(call: "rename to \(directory)", number: errno)
    }
    return directory
  }

  /// Names what the packages follow from.
  func key(_ requirements: PythonRequirements, _ python: String) -> String {
    let mode = options.allowsSourceBuilds ? "any" : "wheels"
    return Hashing.sha256(Array("1\n\(python)\n\(mode)\n\(requirements.text)".utf8)).description
  }

  private func install(_ requirements: PythonRequirements, _ python: String, in work: String) throws {
    let file = work + "/" + PythonRequirements.fileName
    try HostFile.create(file).writeAll(Array(requirements.text.utf8))
    let pip = try PipCommand(python, allowsSourceBuilds: options.allowsSourceBuilds)
    let output = try HostFile.create(work + "/output")
    let launch = ChildLaunch(
      executable: try Descriptor.program(pip.interpreter), arguments: pip.arguments(file, into: work + "/packages"),
      environment: environment, standard: (try Descriptor.open("/dev/null", O_RDONLY), output, output))
    guard try ChildProcess.start(launch).wait() == .code(0) else {
      throw pip.failure(HostFile.text(work + "/output") ?? "")
    }
    // Not there when everything was for other hosts.
    try HostFile.makeDirectory(work + "/packages")
  }

  private func temporaryDirectory(in cache: String) throws(SystemError) -> String {
    try HostFile.makeDirectory(cache)
    var template = Array("\(cache)/new-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template).map({ String(cString: $0) }) else {
      throw SystemError(call: "make a directory in \(cache)", number: errno)
    }
    return path
  }

  /// What is left over costs room only: each attempt has a name of its own.
  private func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
