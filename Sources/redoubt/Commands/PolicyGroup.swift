import ArgumentParser

/// Works with policies without a server.
struct PolicyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Work with IAM policies.", subcommands: [PolicyCheck.self, PolicyLinting.self])
}
