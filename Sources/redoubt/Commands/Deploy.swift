import ArgumentParser
import Wire

/// Creates a function or gives it new code, and waits until it can be invoked.
struct Deploy: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Create or update a function from a directory or a zip.",
    discussion: "Of a function that exists, only what is given is changed.")

  @Argument(help: "Directory or zip with the code.") var code: String
  @Option(help: "Name of the function (default: that of the directory or zip).") var name: String?
  @Option(help: "FILE.FUNCTION that is called (default for a new function: app.handler).") var handler: String?
  @Option(
    help: ArgumentHelp(
      "For example python3.11 (default for a new function: provided.al2023 for an executable bootstrap, else the newest"
        + " Python of this host)."))
  var runtime: String?
  @Option(help: "Memory in MB.") var memory: Int?
  @Option(help: "Timeout in seconds.") var timeout: Int?
  @Option(help: "Environment variable NAME=VALUE; may be repeated, and replaces all that were set.")
  var env: [String] = []
  @Option(help: "ARN of the role that the function runs as.") var role: String?
  @Option(help: "What the function is for.") var description: String?
  @Option(help: "PerInvocation, PerEnvironment, SingleUse or default: see `redoubt hygiene --help`.") var hygiene:
    String?
  @OptionGroup var options: ClientOptions

  func run() throws {
    let package = try CodePackage(code)
    let settings = FunctionSettings(
      handler: handler, runtime: runtime, memory: memory, timeout: timeout, variables: try variables(), role: role,
      description: description)
    let deployment = Deployment(
      client: try options.client(), name: name ?? package.suggestedName, package: package, settings: settings,
      hygiene: try hygiene.map { text in try HygieneSetting(text) })
    let function = try deployment.run()
    let arn = function["FunctionArn"]?.string ?? deployment.name
    StandardOutput.write(
      options.json ? JSONText.line(function) : "\(arn) is ready: try `redoubt invoke \(deployment.name)`\n")
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
