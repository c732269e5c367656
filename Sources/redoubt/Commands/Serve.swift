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
    umask(0o077)
    OpenFileLimit.makeRoom(for: configuration)
    let plan = try SupervisorPlan(configuration, random: SystemRandomSource())
    let code = try Supervisor(plan, time: SystemTimeSource()).run()
    throw ExitCode(code)
  }
}
