import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Looks at the host and says what is missing for `serve`, and how to mend it.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check this host and say how to mend what is missing.", discussion: "Ends with 1 when a check fails.")

  @Option(name: .key(.config), help: .key(.config)) var config: String?
  @Option(name: .key(.user), help: .key(.user)) var user: String?
  @Option(name: .key(.runtimesDirectory), help: .key(.runtimesDirectory)) var runtimesDirectory: String?
  @Option(name: .key(.spawner), help: .key(.spawner)) var spawner: String?
  @Option(name: .key(.environments), help: .key(.environments)) var environments: String?
  @Option(name: .key(.uidBase), help: .key(.uidBase)) var uidBase: String?
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    let flags: [ServeKey: String?] = [
      .config: config, .user: user, .runtimesDirectory: runtimesDirectory, .spawner: spawner,
      .environments: environments, .uidBase: uidBase,
    ]
    let checks = HostCheck.all(try ServeConfiguration.load(flags.compactMapValues { $0 }))
    StandardOutput.write(json ? try Self.json(checks) : Self.table(checks))
    if checks.contains(where: { $0.status == .fail }) { throw ExitCode(1) }
  }

  private static func table(_ checks: [HostCheck]) -> String {
    var table = TextTable(header: ["", "CHECK", "FINDING", "TO MEND"])
    for check in checks { table.add([check.status.rawValue, check.name, check.finding, check.remedy ?? ""]) }
    return table.text
  }

  private static func json(_ checks: [HostCheck]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return String(decoding: try encoder.encode(checks), as: UTF8.self) + "\n"
  }
}
