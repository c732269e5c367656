import ArgumentParser
import Core
import JSON
import Wire

/// Says why a request was allowed or denied.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say why a request was allowed or denied.",
    discussion: "The server remembers its latest decisions, 10,000 of each kind for all accounts, until it ends.")

  @OptionGroup var options: ClientOptions
  @Argument(help: "The request's id, as the answer and the server's log have it.") var requestID: String

  func run() throws {
    guard RequestID(requestID) != nil else { throw CommandFailure(.usage, "`\(requestID)` is no request id") }
    let path = "/requests/\(ServiceCall.encode(requestID))/decisions"
    let answer = try options.client().json(ServiceCall.redoubt("GET", path))
    guard !options.json else { return StandardOutput.write(JSONLine.text(answer)) }
    guard case .array(let decisions)? = answer["Decisions"] else { return }
    decisions.forEach { StandardOutput.write(PrintableText.escape(Self.text($0))) }
  }

  private static func text(_ decision: JSONValue) -> String {
    func member(_ name: String) -> String { decision[name]?.string ?? "" }
    func list(_ name: String) -> [String] {
      guard case .array(let values)? = decision[name] else { return [] }
      return values.compactMap(\.string)
    }
    var lines = [
      "\(member("Time")) \(member("Outcome")) \(member("Action")) on \(member("Resource"))",
      "  principal: \(member("Principal"))", "  reason:    \(member("Reason"))",
    ]
    lines += list("Statements").map { "  decided by \($0)" }
    lines += list("Policies").map { "  looked at  \($0)" }
    lines += keys(decision).map { "  key        \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func keys(_ decision: JSONValue) -> [String] {
    guard case .object(let keys)? = decision["ConditionKeys"] else { return [] }
    if keys.isEmpty { return ["none: no policy asks for one"] }
    return keys.sorted { $0.key < $1.key }.map { "\($0.key) = \(String(decoding: $0.value.encoded, as: UTF8.self))" }
  }
}
