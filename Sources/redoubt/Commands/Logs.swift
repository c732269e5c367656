import ArgumentParser
import Core
import NIOCore
import NIOPosix
import Wire

/// Prints the log of a function.
struct Logs: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the log of a function.")

  @Argument(help: "Name of the function.") var name: String
  @Flag(name: [.customShort("f"), .long], help: "Wait for more until interrupted.") var follow = false
  @Option(help: "How far back to begin: a number with s, m, h or d.") var since = "10m"
  @Option(name: .customLong("request-id"), help: "Only lines of this request.") var requestID: String?
  @OptionGroup var options: ClientOptions

  func run() throws {
    guard let age = Age(since) else {
      throw CommandFailure(.usage, "--since is `\(since)`: give a number with s, m, h or d, for example 10m")
    }
    let client = try options.client()
    var cursor = LogCursor(
      logGroup: "/aws/lambda/\(name)", requestID: requestID,
      start: client.time.wallTime().advanced(by: .zero - age.duration).milliseconds)
    repeat {
      do {
        try printNew(&cursor, client)
      } catch let refusal as ServiceRefusal {
        // A function that has never run has no log group yet; who follows it waits for its first line.
        guard follow, refusal.code == "ResourceNotFoundException" else { throw refusal }
      }
      if follow { try Self.pause() }
    } while follow
  }

  private func printNew(_ cursor: inout LogCursor, _ client: ServiceClient) throws {
    var token: String?
    repeat {
      let page = try client.json(.logs("FilterLogEvents", cursor.input(token)))
      for event in cursor.take(page) { StandardOutput.write(line(event)) }
      token = page["nextToken"]?.string
    } while token != nil
  }

  private func line(_ event: JSONValue) -> String {
    if options.json { return JSONText.line(event) }
    let time = WallTime(milliseconds: event["timestamp"]?.integer ?? 0).utc.isoDateTime
    let message = PrintableText.escape(event["message"]?.string ?? "")
    return "\(time)Z \(message)" + (message.hasSuffix("\n") ? "" : "\n")
  }

  private static func pause() throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    try loop.scheduleTask(in: .seconds(1)) {}.futureResult.wait()
  }
}
