import NIOCore
import NIOPosix
import Wire

/// Brings one function to a state: creates it or updates code and configuration, waiting after each step.
struct Deployment {
  let client: ServiceClient
  let name: String
  let package: CodePackage
  let settings: FunctionSettings
  /// nil leaves it as it is.
  let hygiene: HygieneSetting?

  /// How often the state is asked for, and how long it takes at most: 2 minutes.
  private static let pollInterval = TimeAmount.milliseconds(250)
  private static let maximumPolls = 480

  private var path: String { "/\(ServiceCall.encode(name))" }

  /// - Returns: the function's configuration once it can be invoked.
  func run() throws -> JSONValue {
    let function = try createOrUpdate()
    if let hygiene { _ = try client.perform(hygiene.call(for: name)) }
    return function
  }

  private func createOrUpdate() throws -> JSONValue {
    guard try exists() else { return try create() }
    _ = try client.json(.lambda("PUT", path + "/code", ["ZipFile": .string(Base64.encode(package.zip))]))
    let updated = try waitUntilReady()
    guard !settings.members.isEmpty else { return updated }
    _ = try client.json(.lambda("PUT", path + "/configuration", .object(settings.members)))
    return try waitUntilReady()
  }

  private func exists() throws -> Bool {
    do {
      _ = try client.json(.lambda("GET", path + "/configuration"))
      return true
    } catch let refusal as ServiceRefusal where refusal.code == "ResourceNotFoundException" {
      return false
    }
  }

  private func create() throws -> JSONValue {
    var members = try settings.membersForCreation(of: package)
    members["FunctionName"] = .string(name)
    members["Code"] = ["ZipFile": .string(Base64.encode(package.zip))]
    _ = try client.json(.lambda("POST", "", .object(members)))
    return try waitUntilReady()
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
    throw CommandFailure(.refused, "`\(name)` is still not ready: look at the server's log")
  }

  private func failure(_ function: JSONValue) -> CommandFailure {
    let reason = function["StateReason"]?.string ?? function["LastUpdateStatusReason"]?.string ?? "no reason given"
    return CommandFailure(.refused, "`\(name)` failed: \(PrintableText.escape(reason)): mend it and deploy again")
  }
}
