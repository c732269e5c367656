import ArgumentParser

/// What `deploy` is told about one function on the command line; a manifest says it in the file.
struct FunctionOptions: ParsableArguments {
  @Option(help: "Name of the function (default: that of the directory or zip).") var name: String?
  @Option(help: "FILE.FUNCTION that is called (default for a new function: app.handler).") var handler: String?
  @Option(
    help: ArgumentHelp(
      "For example python3.11 (default for a new function: provided.al2023 for an executable bootstrap, else the newest"
        + " Python of this host)."))
  var runtime: String?
  @Option(help: "Memory in MB.") var memory: Int?
  @Option(help: "Timeout in seconds.") var timeout: Int?
  @Option(help: "Size of /tmp in MB.") var ephemeralStorage: Int?
  @Option(help: "Environment variable NAME=VALUE; may be repeated, and replaces all that were set.")
  var env: [String] = []
  @Option(help: "ARN of a layer version, or a directory; may be repeated, and replaces all that were set.")
  var layer: [String] = []
  @Option(help: "ARN of the role that the function runs as.") var role: String?
  @Option(help: "What the function is for.") var description: String?
  @Option(help: "PerInvocation, PerEnvironment, SingleUse or default: see `redoubt hygiene --help`.") var hygiene:
    String?

  /// The function whose code is at `path`.
  func spec(at path: String) throws(CommandFailure) -> FunctionSpec {
    let code = CodeSource(path: HostFile.absolute(path))
    let settings = FunctionSettings(
      handler: handler, runtime: runtime, memory: memory, timeout: timeout, ephemeralStorage: ephemeralStorage,
      variables: try variables(), role: role, description: description)
    let layers = layer.map { LayerSource($0, from: HostFile.absolute(".")) }
    return FunctionSpec(
      name: name ?? code.suggestedName, code: code, settings: settings, layers: layers.isEmpty ? nil : layers,
      hygiene: try hygiene.map { text throws(CommandFailure) in try HygieneSetting(text) })
  }

  /// The options that were given, as they are written.
  var given: [String] {
    let options: [(String, Bool)] = [
      ("--name", name != nil), ("--handler", handler != nil), ("--runtime", runtime != nil),
      ("--memory", memory != nil), ("--timeout", timeout != nil), ("--ephemeral-storage", ephemeralStorage != nil),
      ("--env", !env.isEmpty), ("--layer", !layer.isEmpty), ("--role", role != nil),
      ("--description", description != nil), ("--hygiene", hygiene != nil),
    ]
    return options.filter(\.1).map(\.0)
  }

  private func variables() throws(CommandFailure) -> [String: String]? {
    var variables: [String: String] = [:]
    for pair in env {
      guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
        throw CommandFailure(.usage, "--env is `\(pair)`: give NAME=VALUE")
      }
      variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return variables.isEmpty ? nil : variables
  }
}
