import ArgumentParser
import Core
import Glibc

/// The supervisor: starts the spawner and the server, restarts either when it dies, takes both with it when it ends.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the APIs until SIGTERM or SIGINT.",
    discussion: "A flag precedes its environment variable, which precedes the file of --config.")

  @OptionGroup var flags: ServeFlags

  func run() throws {
    let configuration = try ServeConfiguration.load(flags.values)
    guard HostUser.isRoot else {
      throw CommandFailure(.noPermission, "rootless mode is not served by this version: start redoubt as root")
    }
    umask(0o077)
    let plan = try SupervisorPlan(configuration, random: SystemRandomSource())
    let code = try Supervisor(plan, time: SystemTimeSource()).run()
    throw ExitCode(code)
  }
}
