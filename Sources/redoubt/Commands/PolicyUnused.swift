import ArgumentParser
import Core
import JSON
import Wire

/// Lists what a role may do and has not done for long.
struct PolicyUnused: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unused",
    abstract: "List what a role or user may do and has not done.",
    discussion: """
      An action counts as used when policies allowed it within the time given. Ends with 1 when something is unused.
      """)

  @OptionGroup var principal: ObservedPrincipal
  @Option(help: "How long an action must not have been used, for example 90d.") var olderThan = "90d"
  @OptionGroup var options: ClientOptions

  func run() throws {
    let client = try options.client()
    let limit = try Age.time(olderThan, "--older-than", before: client.time.wallTime()).utc.isoZulu
    let activity = try principal.activity(client)
    let granted = activity.actions.filter(\.isGranted)
    let unused = granted.filter { $0.lastAllowed ?? "" <= limit }
    if options.json {
      StandardOutput.write(JSONLine.text(Self.members(unused, activity)))
    } else {
      activity.warn(unlessKnownSince: limit)
      StandardOutput.write(Self.text(unused, of: granted))
    }
    if !unused.isEmpty { throw ExitCode(1) }
  }

  private static func members(_ unused: [ObservedAction], _ activity: ObservedActivity) -> JSONValue {
    [
      "Principal": .string(activity.principal), "Since": .string(activity.since),
      "Unused": .array(
        unused.map { action in
          var members: [String: JSONValue] = ["Action": .string(action.name)]
          members["LastAllowed"] = action.lastAllowed.map { .string($0) }
          return .object(members)
        }),
    ]
  }

  /// A service of which nothing was used takes one line.
  private static func text(_ unused: [ObservedAction], of granted: [ObservedAction]) -> String {
    guard !unused.isEmpty else { return "everything that is allowed was used\n" }
    let byService = Dictionary(grouping: granted, by: \.service)
    var table = TextTable(header: ["ACTION", "LAST USED"])
    for (service, actions) in Dictionary(grouping: unused, by: \.service).sorted(by: { $0.key < $1.key }) {
      let isWhole = actions.count == byService[service]?.count && actions.count > 1
      if isWhole, actions.allSatisfy({ $0.lastAllowed == nil }) {
        table.add(["\(service): all \(actions.count) actions", "never"])
      } else {
        actions.forEach { table.add([$0.name, $0.lastAllowed ?? "never"]) }
      }
    }
    return table.text
  }
}

/// Whom a command looks at.
struct ObservedPrincipal: ParsableArguments {
  @Argument(help: "A role's name, `user/NAME`, or the ARN of either.") var principal: String

  func activity(_ client: ServiceClient) throws -> ObservedActivity {
    var call = ServiceCall.redoubt("GET", "/activity")
    let isWhole = principal.hasPrefix("arn:") || principal.hasPrefix("user/") || principal.hasPrefix("role/")
    call.query = [("Principal", isWhole ? principal : "role/" + principal)]
    return ObservedActivity(try client.json(call))
  }
}

/// What a user or role was seen to do. Times are as the server writes them, `2026-01-31T23:59:59Z`, in the order of texts.
struct ObservedActivity: Sendable {
  let principal: String
  let since: String
  let actions: [ObservedAction]

  init(_ answer: JSONValue) {
    principal = answer["Principal"]?.string ?? ""
    since = answer["Since"]?.string ?? ""
    actions = if case .array(let actions)? = answer["Actions"] { actions.map(ObservedAction.init) } else { [] }
  }

  /// Tells on standard error when the server began to look later than that.
  func warn(unlessKnownSince limit: String) {
    if since > limit { StandardError.write("redoubt: what was used is known since \(since) only\n") }
  }
}

struct ObservedAction: Sendable {
  let name: String
  let isGranted: Bool
  let lastAllowed: String?
  /// With the last time of each.
  let resources: [(name: String, lastAllowed: String)]
  let hasMoreResources: Bool

  init(_ answer: JSONValue) {
    name = answer["Action"]?.string ?? ""
    isGranted = answer["IsGranted"] == .bool(true)
    lastAllowed = answer["LastAllowed"]?.string
    hasMoreResources = answer["HasMoreResources"] == .bool(true)
    let resources = if case .array(let resources)? = answer["Resources"] { resources } else { [JSONValue]() }
    self.resources = resources.map { ($0["Resource"]?.string ?? "", $0["LastAllowed"]?.string ?? "") }
  }

  var service: String { name.fields(separatedBy: ":").first.map(String.init) ?? name }
}
