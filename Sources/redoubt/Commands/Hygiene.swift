import ArgumentParser
import JSON
import Wire

/// Shows or sets what environments keep from one invocation to the next.
struct Hygiene: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show or set what environments keep between invocations.",
    discussion: """
      PerInvocation: files and processes that an invocation adds are gone before the next (the default).
      PerEnvironment: they stay until the environment ends, as on AWS Lambda.
      SingleUse: each invocation has an environment of its own.
      Without a function it is about those that have no mode of their own; `default` takes a mode back.
      """)

  @Argument(help: "Name of the function.") var function: String?
  @Argument(help: "\(HygieneSetting.words.joined(separator: ", ")).") var mode: String?
  @Option(help: "Set the mode of functions without one of their own.") var account: String?
  @OptionGroup var options: ClientOptions

  func validate() throws {
    if account != nil, function != nil { throw ValidationError("give a function or --account, not both") }
  }

  func run() throws {
    let setting = try (mode ?? account).map { text in try HygieneSetting(text) }
    let client = try options.client()
    if let setting { _ = try client.perform(setting.call(for: function)) }
    let found = try client.json(.redoubt("GET", HygieneSetting.path(of: function)))
    let (mode, source) = (found["Hygiene"]?.string ?? "", found["SetBy"]?.string ?? "")
    StandardOutput.write(options.json ? JSONLine.text(found) : "\(mode) (set by the \(source.lowercased()))\n")
  }
}
