import ArgumentParser

/// The entry: parses the command line and runs one command, on the main thread.
///
/// It is not asynchronous: a worker's death signal fires when the *thread* that forked it ends, so the supervisor must
/// stay on the one thread that lives as long as the process.
@main
struct Redoubt: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redoubt",
    abstract: "A serverless platform on your own machines that speaks the AWS APIs.",
    groupedSubcommands: [
      CommandGroup(
        name: "Run the platform:",
        subcommands: [
          Serve.self, Server.self, Env.self, Doctor.self, Operations.self, Findings.self, Metrics.self,
          AccountGroup.self, GuardrailGroup.self,
        ]),
      CommandGroup(
        name: "Work with functions:",
        subcommands: [Init.self, Deploy.self, Invoke.self, Logs.self, List.self, Delete.self, Hygiene.self]),
      CommandGroup(name: "Work with identities:", subcommands: [Explain.self, PolicyGroup.self, PublicAccess.self]),
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      CommandFailure.end(with: error)
    }
  }
}
