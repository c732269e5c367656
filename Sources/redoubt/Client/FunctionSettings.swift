import Wire

/// What `deploy` was told about a function's configuration; nil leaves it as it is.
struct FunctionSettings: Sendable {
  let handler: String?
  let runtime: String?
  let memory: Int?
  let timeout: Int?
  let variables: [String: String]?
  let role: String?
  let description: String?

  /// The role of a function that names none.
  static let defaultRole = "arn:aws:iam::000000000000:role/lambda-basic"

  /// The members of UpdateFunctionConfiguration.
  var members: [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    members["Handler"] = handler.map { .string($0) }
    members["Runtime"] = runtime.map { .string($0) }
    members["MemorySize"] = memory.map { .integer(Int64($0)) }
    members["Timeout"] = timeout.map { .integer(Int64($0)) }
    members["Environment"] = variables.map { ["Variables": .object($0.mapValues { .string($0) })] }
    members["Role"] = role.map { .string($0) }
    members["Description"] = description.map { .string($0) }
    return members
  }

  /// The members of CreateFunction, with a default for each that must be there.
  func membersForCreation(of package: CodePackage) throws(CommandFailure) -> [String: JSONValue] {
    var members = members
    if runtime == nil { members["Runtime"] = .string(try Self.defaultRuntime(package)) }
    if handler == nil { members["Handler"] = package.hasBootstrap ? "bootstrap" : "app.handler" }
    if role == nil { members["Role"] = .string(Self.defaultRole) }
    return members
  }

  private static func defaultRuntime(_ package: CodePackage) throws(CommandFailure) -> String {
    if package.hasBootstrap { return "provided.al2023" }
    guard let newest = HostRuntime.installedPythons.last else {
      throw CommandFailure(.usage, "there is no /usr/bin/python3.N on this host to go by: give --runtime")
    }
    return newest
  }
}
