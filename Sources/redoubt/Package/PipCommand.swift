/// How pip is called for one version of Python.
struct PipCommand: Hashable, Sendable {
  /// Of the distribution, never one on a path.
  let interpreter: String
  private let version: String
  private let allowsSourceBuilds: Bool

  /// - Parameter python: the runtime, for example `python3.11`.
  init(_ python: String, allowsSourceBuilds: Bool) throws(CommandFailure) {
    let own = "/usr/bin/" + python
    guard HostFile.isExecutable(own) || !allowsSourceBuilds else {
      throw CommandFailure(.usage, "packages are built for \(python) with \(own), which this host lacks: install it")
    }
    interpreter = HostFile.isExecutable(own) ? own : "/usr/bin/python3"
    version = String(python.dropFirst("python".count))
    self.allowsSourceBuilds = allowsSourceBuilds
  }

  func arguments(_ file: String, into directory: String) -> [String] {
    // Isolated: neither the caller's PYTHONPATH nor the working directory may stand in for pip.
    let call = [interpreter, "-I", "-m", "pip", "install", "--target", directory, "-r", file]
    // Byte code would carry times: packages are equal when their text is.
    let manner = ["--quiet", "--no-input", "--no-compile", "--disable-pip-version-check"]
    let asRoot = ["--root-user-action", "ignore"]
    let wheels = ["--only-binary=:all:", "--implementation", "cp", "--python-version", version]
    return call + manner + asRoot + (allowsSourceBuilds ? [] : wheels)
  }

  /// What pip said when it failed: its own lines, then what to do.
  func failure(_ output: String) -> CommandFailure {
    let lines = output.split(separator: "\n").filter { !$0.isEmpty }
    let errors = lines.filter { $0.hasPrefix("ERROR:") }
    let said = (errors.isEmpty ? Array(lines.suffix(5)) : errors).joined(separator: "\n")
    let builds = ", or give --allow-source-builds for packages without a wheel, which run code of theirs when built"
    let advice = allowsSourceBuilds ? "" : builds
    return CommandFailure(
      .refused,
      "pip could not install \(PythonRequirements.fileName):\n\(PrintableText.escape(said))\nmend the file\(advice)")
  }
}
