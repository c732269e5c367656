import ArgumentParser
import Core
import Identity

/// Prints what points the AWS tools of a shell at this server.
struct Env: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the variables that point AWS tools at this server.",
    discussion: "Use it as `eval \"$(redoubt env)\"`. The administrator's credentials are in the secrets directory.")

  @Option(name: .key(.config), help: .key(.config)) var config: String?
  @Option(name: .key(.secretsDirectory), help: .key(.secretsDirectory)) var secretsDirectory: String?
  @Option(name: .key(.listen), help: .key(.listen)) var listen: String?
  @Option(name: .key(.region), help: .key(.region)) var region: String?

  func run() throws {
    let flags: [ServeKey: String?] = [
      .config: config, .secretsDirectory: secretsDirectory, .listen: listen, .region: region,
    ]
    let configuration = try ServeConfiguration.load(flags.compactMapValues { $0 })
    let credentials = try CredentialsProfile.read(configuration.secretsDirectory + "/credentials")
    let variables = [
      ("AWS_ACCESS_KEY_ID", credentials.accessKeyID.description),
      ("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey),
      ("AWS_DEFAULT_REGION", configuration.region.description),
      ("AWS_ENDPOINT_URL", "http://\(configuration.listen)"),
    ]
    StandardOutput.write(variables.map { "export \($0)=\(Self.quoted($1))\n" }.joined())
  }

  /// The value as a shell reads it back.
  private static func quoted(_ value: String) -> String {
    "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
