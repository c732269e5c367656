import ArgumentParser
import Core

/// The options of every command that talks to the server.
struct ClientOptions: ParsableArguments {
  @Option(help: "The server (default: REDOUBT_ENDPOINT, AWS_ENDPOINT_URL, then \(ServiceEndpoint.standard)).")
  var endpoint: String?

  @Option(
    help: ArgumentHelp(
      "AWS profile file with the access key.",
      discussion: "Else AWS_ACCESS_KEY_ID and its kin, the file of AWS_SHARED_CREDENTIALS_FILE,"
        + " /etc/redoubt/credentials or ~/.config/redoubt/credentials."))
  var credentials: String?

  @Option(help: "Region that the request is for (default: AWS_REGION, AWS_DEFAULT_REGION, then us-east-1).")
  var region: String?

  @Flag(help: "Print JSON for programs.")
  var json = false

  /// A client for what these options and the environment say.
  func client() throws(CommandFailure) -> ServiceClient {
    let environment = ProcessEnvironment()
    let address = endpoint ?? environment["REDOUBT_ENDPOINT"] ?? environment["AWS_ENDPOINT_URL"]
    let regionName = region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
    guard let region = Region(regionName) else {
      throw CommandFailure(.usage, "region is `\(regionName)`: give lower-case letters, digits and hyphens")
    }
    return ServiceClient(
      endpoint: try ServiceEndpoint(address ?? ServiceEndpoint.standard), region: region,
      credentials: try CallerCredentials.find(file: credentials, in: environment), time: SystemTimeSource())
  }
}
