import ArgumentParser

/// Works with policies.
struct PolicyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Work with IAM policies.",
    subcommands: [PolicyCheck.self, PolicyGeneration.self, PolicyLinting.self, PolicyUnused.self])
}
