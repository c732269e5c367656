import ArgumentParser
import Core
import JSON
import NIOCore
import NIOPosix
import Wire

/// Prints the log of a function.
struct Logs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the log of a function.",
    discussion: "Lines come in the order in which they arrived, those of an invocation together.")

  @Argument(help: "Name of the function.") var name: String
  @Flag(name: [.customShort("f"), .long], help: "Wait for more until interrupted.") var follow = false
  @Option(help: "How far back to begin: a number with s, m, h or d.") var since = "10m"
  @Option(help: "How far back to end, in the same form.") var until: String?
  @Option(name: .customLong("request-id"), help: "Only lines of this request.") var requestID: String?
  @Option(help: "Only lines from this level on: TRACE, DEBUG, INFO, WARN, ERROR or FATAL. What names none is INFO.")
  var level: LineLevel?
  @Option(
    help:
      "Only lines that match a filter pattern of CloudWatch Logs: terms, '{ $.level = \"ERROR\" }' or '[a, b, ...]'.")
  var filter: String?
  @OptionGroup var options: ClientOptions

  func validate() throws {
    if follow, until != nil { throw ValidationError("--follow and --until exclude each other") }
    if let requestID, RequestID(requestID) == nil {
      throw ValidationError("--request-id is `\(requestID)`: give the id that a START line or an answer names")
    }
  }

  func run() throws {
    let client = try options.client()
    let now = client.time.wallTime()
    var reading = LogReading(
      try source(client), requestID: requestID, start: try Age.time(since, "--since", before: now).milliseconds,
      end: try until.map { try Age.time($0, "--until", before: now).milliseconds }, level: level, pattern: filter)
    repeat {
      do {
        try printNew(&reading, client)
      } catch let refusal as ServiceRefusal {
        // A function that has never run has no log group yet; who follows it waits for its first line.
        guard follow, refusal.code == "ResourceNotFoundException" else { throw refusal }
      }
      if follow { try Self.pause() }
    } while follow
  }

  private func source(_ client: ServiceClient) throws -> LogReading.Source {
    let path = "/\(ServiceCall.encode(name))/configuration"
    do {
      return LogReading.Source(function: name, configuration: try client.json(.lambda("GET", path)))
    } catch let refusal as ServiceRefusal where refusal.code == "ResourceNotFoundException" {
      return LogReading.Source(function: name, configuration: nil)
    }
  }

  private func printNew(_ reading: inout LogReading, _ client: ServiceClient) throws {
    var part: (events: [JSONValue], hasMore: Bool)
    repeat {
      part = reading.take(try client.json(reading.call))
      for event in part.events { StandardOutput.write(line(event)) }
    } while part.hasMore
  }

  private func line(_ event: JSONValue) -> String {
    if options.json { return JSONLine.text(event) }
    let time = WallTime(milliseconds: event["Timestamp"]?.integer ?? 0).utc.isoDateTime
    let message = PrintableText.escape(event["Message"]?.string ?? "")
    return "\(time)Z \(message)" + (message.hasSuffix("\n") ? "" : "\n")
  }

  private static func pause() throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    try loop.scheduleTask(in: .seconds(1)) {}.futureResult.wait()
  }
}
