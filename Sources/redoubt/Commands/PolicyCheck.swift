import ArgumentParser
import Core
import JSON
import Policy

/// Decides the questions of files by the evaluator of the server, a line each.
struct PolicyCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Decide the questions of files by the policies in them.",
    discussion: """
      A file is {"cases": [CASE, ...]}; a case has an id, a request and its policies. Prints \
      ID ALLOW|DENY allow|implicitDeny|explicitDeny REASON for each. Ends with 1 when a document cannot be read.
      """)

  @Flag(help: "Print a JSON object for each case.") var json = false
  @Option(help: "Decide each case so often, and print the median time of a decision in nanoseconds as well.")
  var times: Int?
  @Argument(help: "Files of cases.", completion: .file()) var files: [String]

  func run() throws {
    var isReadable = true
    for file in files {
      for verdict in try verdicts(file) {
        StandardOutput.write(json ? JSONLine.text(verdict.json) : verdict.line)
        if case .unreadable = verdict.finding { isReadable = false }
      }
    }
    if !isReadable { throw ExitCode(1) }
  }

  func validate() throws {
    guard times.map({ (1...1_000_000).contains($0) }) ?? true else {
      throw ValidationError("--times is 1 to 1000000")
    }
  }

  private func verdicts(_ file: String) throws -> [PolicyVerdict] {
    let bytes = try HostFile.bytes(file, limit: 256 << 20)
    guard JSONText.isValid(bytes), let value = JSONValue(parsing: bytes), case .array(let cases)? = value["cases"]
    else { return [PolicyVerdict(id: file, finding: .unreadable("is no JSON with `cases`"))] }
    if let name = JSONNames.repeated(in: bytes) {
      return [PolicyVerdict(id: file, finding: .unreadable("names `\(name)` twice in one object"))]
    }
    return cases.enumerated().map { PolicyVerdict($1, number: $0 + 1, times: times) }
  }
}

/// What is said of one case.
struct PolicyVerdict {
  enum Finding {
    case decided(PolicyDecision, action: String)
    case unreadable(String)
  }

  let id: String
  let finding: Finding
  /// The median time of a decision; nil where it was not asked for.
  var nanoseconds: Int64?
}

extension PolicyVerdict {
  init(_ value: JSONValue, number: Int, times: Int?) {
    id = value["id"]?.string ?? value["id"]?.integer.map(String.init) ?? "case \(number)"
    do throws(PolicyError) {
      let asked = try PolicyCase(value)
      finding = .decided(PolicyEvaluator.decide(asked.question, by: asked.policies), action: asked.question.action)
      nanoseconds = times.map { Self.median(of: asked, times: $0) }
    } catch {
      finding = .unreadable(error.message)
    }
  }

  private static func median(of asked: PolicyCase, times: Int) -> Int64 {
    let clock = SystemTimeSource()
    let durations = (0..<times).map { _ in
      let start = clock.monotonicTime()
      _ = PolicyEvaluator.decide(asked.question, by: asked.policies)
      return (clock.monotonicTime() - start).wholeNanoseconds
    }
    return durations.sorted()[times / 2]
  }

  var line: String {
    switch finding {
    case .decided(let decision, let action):
      let statements = decision.statements.isEmpty ? "" : ": " + decision.statements.map(\.text).joined(separator: ", ")
      let reason = decision.reason(for: action) + statements
      let time = nanoseconds.map { " (\($0) ns)" } ?? ""
      return Self.oneLine("\(id) \(decision.word) \(decision.kind) \(reason)\(time)")
    case .unreadable(let message): return Self.oneLine("\(id) ERROR \(message)")
    }
  }

  private static func oneLine(_ text: String) -> String {
    PrintableText.escape(String(text.map { $0.isNewline ? " " : $0 })) + "\n"
  }

  var json: JSONValue {
    switch finding {
    case .decided(let decision, let action):
      [
        "nanoseconds": nanoseconds.map { .integer($0) } ?? .null,
        "id": .string(id), "decision": .string(decision.word), "kind": .string(decision.kind),
        "reason": .string(decision.reason(for: action)),
        "statements": .array(decision.statements.map { .string($0.text) }),
      ]
    case .unreadable(let message): ["id": .string(id), "decision": "ERROR", "reason": .string(message)]
    }
  }
}

extension PolicyDecision {
  fileprivate var word: String { isAllowed ? "ALLOW" : "DENY" }

  fileprivate var kind: String {
    switch outcome {
    case .allow: "allow"
    case .explicitDeny: "explicitDeny"
    case .implicitDeny: "implicitDeny"
    }
  }
}
