import JSON
import NIOCore
import NIOPosix
import Wire

/// Brings one function to a state: creates it, or changes what differs, waiting after each step.
struct Deployment {
  let client: ServiceClient
  let spec: FunctionSpec
  let python: PythonInstallation

  /// What a deployment did.
  struct Result: Sendable {
    enum Outcome: Hashable, Sendable {
      case created
      /// Names of what was changed; none when all was as asked.
      case updated([String])
    }

    /// The function's configuration once it can be invoked.
    let function: JSONValue
    let outcome: Outcome
  }

  /// How often the state is asked for, and how long it takes at most: 2 minutes.
  private static let pollInterval = TimeAmount.milliseconds(250)
  private static let maximumPolls = 480

  private var path: String { "/\(ServiceCall.encode(spec.name))" }

  func run() throws -> Result {
    var settings = spec.settings
    let layers = LayerPublication(client: client)
    settings.layers = try spec.layers?.map { layer in try layers.arn(of: layer) }
    let result =
      if let function = try current() { try update(function, settings) } else { try create(settings) }
    guard let hygiene = spec.hygiene, try change(hygiene), case .updated(let parts) = result.outcome else {
      return result
    }
    return Result(function: result.function, outcome: .updated(parts + ["hygiene"]))
  }

  /// - Returns: nil when there is no such function.
  private func current() throws -> JSONValue? {
    do {
      return try client.json(.lambda("GET", path + "/configuration"))
    } catch let refusal as ServiceRefusal where refusal.code == "ResourceNotFoundException" {
      return nil
    }
  }

  private func create(_ settings: FunctionSettings) throws -> Result {
    let runtime = try settings.runtime ?? spec.code.defaultRuntime()
    var members = try settings.membersForCreation(
      runtime, hasBootstrap: spec.code.hasBootstrap, in: client.account)
    members["FunctionName"] = .string(spec.name)
    members["Code"] = ["ZipFile": .string(Base64.encode(try package(runtime).zip))]
    _ = try client.json(.lambda("POST", "", .object(members)))
    return Result(function: try waitUntilReady(), outcome: .created)
  }

  private func update(_ current: JSONValue, _ settings: FunctionSettings) throws -> Result {
    let package = try package(settings.runtime ?? current["Runtime"]?.string ?? "")
    var (function, changed): (JSONValue, [String]) = (current, [])
    if package.sha256 != current["CodeSha256"]?.string {
      _ = try client.json(.lambda("PUT", path + "/code", ["ZipFile": .string(Base64.encode(package.zip))]))
      function = try waitUntilReady()
      changed = ["code"]
    }
    let members = settings.changes(to: function)
    if !members.isEmpty {
      _ = try client.json(.lambda("PUT", path + "/configuration", .object(members)))
      function = try waitUntilReady()
      changed += members.keys.sorted()
    }
    return Result(function: function, outcome: .updated(changed))
  }

  private func package(_ runtime: String) throws -> CodePackage {
    try CodePackage(spec.code, runtime: runtime, python: python)
  }

  /// - Returns: whether the function was kept clean in another way until now.
  private func change(_ hygiene: HygieneSetting) throws -> Bool {
    let found = try client.json(.redoubt("GET", HygieneSetting.path(of: spec.name)))
    guard !hygiene.isTold(by: found) else { return false }
    _ = try client.perform(hygiene.call(for: spec.name))
    return true
  }

  private func waitUntilReady() throws -> JSONValue {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    for _ in 0..<Self.maximumPolls {
      let function = try client.json(.lambda("GET", path + "/configuration"))
      let (state, update) = (function["State"]?.string ?? "Active", function["LastUpdateStatus"]?.string)
      if state == "Failed" || update == "Failed" { throw failure(function) }
      if state != "Pending", update != "InProgress" { return function }
      try loop.scheduleTask(in: Self.pollInterval) {}.futureResult.wait()
    }
    throw CommandFailure(.refused, "`\(spec.name)` is still not ready: look at the server's log")
  }

  private func failure(_ function: JSONValue) -> CommandFailure {
    let reason = function["StateReason"]?.string ?? function["LastUpdateStatusReason"]?.string ?? "no reason given"
    return CommandFailure(.refused, "`\(spec.name)` failed: \(PrintableText.escape(reason)): mend it and deploy again")
  }
}
