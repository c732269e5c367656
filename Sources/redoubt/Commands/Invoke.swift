import ArgumentParser
import Glibc
import JSON
import NIOHTTP1
import Wire

/// Invokes a function and prints its result.
struct Invoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Invoke a function and print its result.",
    discussion: "The result goes to stdout, the log to stderr. Ends with 1 when the function failed.")

  @Argument(help: "Name or ARN of the function.") var name: String
  @Option(help: "The event as JSON, or @FILE, or - for stdin.") var payload = "{}"
  @Flag(help: "Print the last 4 KB of the invocation's log to stderr.") var tail = false
  @Option(help: "Version or alias.") var qualifier: String?
  @OptionGroup var options: ClientOptions

  /// Longer than the longest timeout of a function, 900 s.
  private static let patience: Int64 = 960

  func run() throws {
    var call = ServiceCall.lambda("POST", "/\(ServiceCall.encode(name))/invocations")
    call.body = try event()
    call.timeoutSeconds = Self.patience
    call.query = qualifier.map { [("Qualifier", $0)] } ?? []
    call.headers = tail ? [("X-Amz-Log-Type", "Tail")] : []
    let reply = try options.client().perform(call)
    if let log = reply.headers.first(name: "x-amz-log-result"), let bytes = Base64.decode(log) {
      StandardError.write(PrintableText.escape(String(decoding: bytes, as: UTF8.self)))
    }
    StandardOutput.write(options.json ? report(reply) : String(decoding: reply.body, as: UTF8.self) + "\n")
    if let error = reply.headers.first(name: "x-amz-function-error") {
      throw CommandFailure(.functionError, "the function failed (\(error)): see `redoubt logs \(name)`")
    }
  }

  private func event() throws -> [UInt8] {
    guard payload == "-" || payload.hasPrefix("@") else { return Array(payload.utf8) }
    let limit = 32 << 20
    if payload == "-" { return try Descriptor(owning: dup(STDIN_FILENO)).readAll(limit: limit) }
    do { return try HostFile.bytes(String(payload.dropFirst()), limit: limit) } catch {
      throw CommandFailure(.usage, "cannot read the payload: \(error): give JSON, @FILE or -")
    }
  }

  private func report(_ reply: HTTPExchange.Reply) -> String {
    let payload = JSONValue(parsing: reply.body) ?? .string(String(decoding: reply.body, as: UTF8.self))
    let header = { (name: String) in reply.headers.first(name: name).map { JSONValue.string($0) } ?? .null }
    return JSONLine.text([
      "StatusCode": .integer(Int64(reply.status)), "Payload": payload,
      "FunctionError": header("x-amz-function-error"), "ExecutedVersion": header("x-amz-executed-version"),
    ])
  }
}
