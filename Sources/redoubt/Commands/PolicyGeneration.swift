import ArgumentParser
import Core
import JSON
import Wire

/// Writes a policy that allows what a role was seen to do, and nothing else.
struct PolicyGeneration: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write a policy that allows what a role or user was seen to do.",
    discussion: """
      Of each action up to 50 resources are remembered. Where there were more, the policy names all of the service in the
      account, and a line on standard error says so. Conditions and what was denied are left out: read it before you use it.
      """)

  @OptionGroup var principal: ObservedPrincipal
  @Flag(help: "From what the server saw.") var fromActivity = false
  @Option(help: "How far to look back, for example 90d.") var within = "90d"
  @OptionGroup var options: ClientOptions

  func run() throws {
    guard fromActivity else {
      throw CommandFailure(.usage, "say what the policy is made from: give `--from-activity`")
    }
    let client = try options.client()
    let limit = try Age.time(within, "--within", before: client.time.wallTime()).utc.isoZulu
    let activity = try principal.activity(client)
    activity.warn(unlessKnownSince: limit)
    let policy = ObservedPolicy(activity, since: limit)
    guard !policy.isEmpty else {
      StandardError.write("redoubt: nothing was allowed to \(activity.principal) within \(within)\n")
      throw ExitCode(1)
    }
    for action in policy.widened {
      StandardError.write("redoubt: \(action) was used on more resources than are remembered: look at its resource\n")
    }
    StandardOutput.write(options.json ? JSONLine.text(policy.document) : policy.text)
  }
}

/// A policy of what was seen.
struct ObservedPolicy: Sendable {
  /// Actions by the resources that they were allowed on, both in order.
  private let grants: [(resources: [String], actions: [String])]
  /// Actions for which not every resource is known.
  let widened: [String]

  /// Need no permission, so that none is written.
  private static let free: Set = ["sts:GetCallerIdentity", "sts:GetSessionToken"]

  /// - Parameter limit: what was allowed before does not count.
  init(_ activity: ObservedActivity, since limit: String) {
    let used = activity.actions.filter { $0.lastAllowed ?? "" > limit && !Self.free.contains($0.name) }
    let byResources = Dictionary(grouping: used) { action in
      let recent = action.resources.filter { $0.lastAllowed > limit }.map(\.name).sorted()
      if recent.isEmpty || action.hasMoreResources { return [Self.space(of: action, activity.principal)] }
      return recent.map(Self.pattern)
    }
    grants = byResources.map { ($0.key, $0.value.map(\.name).sorted()) }.sorted { $0.actions[0] < $1.actions[0] }
    widened = used.filter(\.hasMoreResources).map(\.name)
  }

  var isEmpty: Bool { grants.isEmpty }

  /// All of the service in the account of the principal.
  private static func space(of action: ObservedAction, _ principal: String) -> String {
    let fields = principal.fields(separatedBy: ":", maxSplits: 5)
    guard fields.count == 6, action.resources.allSatisfy({ $0.name != "*" }) else { return "*" }
    let region = ["iam", "sts"].contains(action.service) ? "" : "*"
    return "arn:aws:\(action.service):\(region):\(fields[4]):*"
  }

  /// A pattern that means this resource and no other: what a name has of the signs of patterns is written as such.
  private static func pattern(_ resource: String) -> String {
    if resource == "*" { return resource }
    return resource.reduce(into: "") { pattern, character in
      pattern += "*?$".contains(character) ? "${\(character)}" : String(character)
    }
  }

  private var statements: [JSONValue] {
    grants.map { resources, actions in
      [
        "Effect": "Allow", "Action": .array(actions.map(JSONValue.string)),
        "Resource": resources == ["*"] ? "*" : .array(resources.map(JSONValue.string)),
      ]
    }
  }

  var document: JSONValue { ["Version": "2012-10-17", "Statement": .array(statements)] }

  /// A statement a line.
  var text: String {
    let lines = statements.map { "    " + String(decoding: $0.encoded, as: UTF8.self) }
    return "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n\(lines.joined(separator: ",\n"))\n  ]\n}\n"
  }
}
