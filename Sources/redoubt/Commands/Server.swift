import ArgumentParser
import Glibc

/// The server process, started by the supervisor with its control connection at 3 and its configuration at 4.
struct Server: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "The worker process of `serve`.", shouldDisplay: false)

  /// What the supervisor starts it with.
  static let name = "server"
  private static let control: Int32 = 3
  private static let settings: Int32 = 4

  func run() throws {
    let configuration: ServeConfiguration
    do {
      configuration = try ServeConfiguration(json: Descriptor(owning: Self.settings).readAll(limit: 1 << 20))
    } catch {
      throw CommandFailure(.usage, "`redoubt server` is started by `redoubt serve` only: run that")
    }
    try ServerProcess.run(configuration, supervisor: Self.control)
  }
}
