import ArgumentParser
import JSON
import Wire

/// Prints what the server has measured of itself.
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the server's measurements in the text format of Prometheus.",
    discussion: "For a collector that reads files: `redoubt metrics > redoubt.prom`.")

  @OptionGroup var options: ClientOptions

  func run() throws {
    let answer = try options.client().json(ServiceCall.redoubt("GET", "/metrics"))
    StandardOutput.write(options.json ? JSONLine.text(answer) : answer["Metrics"]?.string ?? "")
  }
}
