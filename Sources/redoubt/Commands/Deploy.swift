import ArgumentParser
import Core
import JSON

/// Creates functions or changes what differs, and waits until they can be invoked.
struct Deploy: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Create or update functions from a directory, a zip or a redoubt.yaml.",
    discussion: """
      Of a function that exists, only what is given is changed, and code only when it is another.
      A directory that holds a redoubt.yaml stands for that file, whose functions are deployed in their order.
      """)

  @Argument(help: "Directory or zip with the code of one function, or a redoubt.yaml.") var code: String
  @Option(help: "Name of a function of the redoubt.yaml; may be repeated, and leaves out the others.")
  var only: [String] = []
  @Flag(help: "Deploy again whenever a file changes, until interrupted.") var watch = false
  @Flag(help: "Let pip build packages that have no wheel: that runs code of theirs, as you.")
  var allowSourceBuilds = false
  @Flag(help: "Install requirements.txt again, even if it was installed before.") var reinstall = false
  @OptionGroup(title: "One function") var function: FunctionOptions
  @OptionGroup var options: ClientOptions

  func run() throws {
    let client = try options.client()
    guard watch else {
      for spec in try specs() { try deploy(spec, client) }
      return
    }
    try follow(client)
  }

  /// Deploys one function and says what was done.
  /// - Parameter isFirst: false when watching has brought it about.
  func deploy(_ spec: FunctionSpec, _ client: ServiceClient, isFirst: Bool = true) throws {
    let start = client.time.monotonicTime()
    let python = PythonInstallation(
      cache: ProcessEnvironment().cacheHome.map { $0 + "/redoubt/python" }, environment: ProcessEnvironment.assignments,
      options: .init(allowsSourceBuilds: allowSourceBuilds, isForced: reinstall && isFirst))
    let result = try Deployment(client: client, spec: spec, python: python).run()
    guard isFirst || result.outcome != .updated([]) else { return }
    let line = result.line(spec.name, after: client.time.monotonicTime() - start)
    StandardOutput.write(options.json ? JSONLine.text(result.function) : line)
  }

  /// What the argument and the options ask for.
  func specs() throws(CommandFailure) -> [FunctionSpec] {
    guard let file = Manifest.file(at: code) else {
      guard only.isEmpty else {
        throw CommandFailure(.usage, "--only is for a redoubt.yaml, and `\(code)` is none: leave it out")
      }
      return [try function.spec(at: code)]
    }
    guard function.given.isEmpty else {
      throw CommandFailure(
        .usage,
        "\(function.given.joined(separator: ", ")) beside `\(file)`: say it in the file, or name a directory without one"
      )
    }
    return try Manifest.read(file).functions(only: only)
  }
}

extension Deployment.Result {
  /// What was done, as a line for people.
  fileprivate func line(_ name: String, after duration: Duration) -> String {
    let hundredths = duration / .milliseconds(10)
    let time = "\((hundredths).rounded() / 100) s"
    return switch outcome {
    case .created: "\(name): created in \(time): try `redoubt invoke \(name)`\n"
    case .updated([]): "\(name): unchanged\n"
    case .updated(let parts): "\(name): updated \(parts.joined(separator: ", ")) in \(time)\n"
    }
  }
}
