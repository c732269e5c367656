import Core
import JSON
import Wire

/// What is asked for of a function's configuration; nil leaves it as it is.
struct FunctionSettings: Hashable, Sendable {
  var handler: String?
  var runtime: String?
  var memory: Int?
  var timeout: Int?
  var ephemeralStorage: Int?
  var variables: [String: String]?
  var role: String?
  var description: String?
  /// ARNs of published versions.
  var layers: [String]?

  /// The role of an account's functions that name none.
  static func defaultRole(in account: AccountID) -> String { "arn:aws:iam::\(account):role/lambda-basic" }

  /// The members of UpdateFunctionConfiguration.
  var members: [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    members["Handler"] = handler.map { .string($0) }
    members["Runtime"] = runtime.map { .string($0) }
    members["MemorySize"] = memory.map { .integer(Int64($0)) }
    members["Timeout"] = timeout.map { .integer(Int64($0)) }
    members["EphemeralStorage"] = ephemeralStorage.map { ["Size": .integer(Int64($0))] }
    members["Environment"] = variables.map { ["Variables": .object($0.mapValues { .string($0) })] }
    members["Role"] = role.map { .string($0) }
    members["Description"] = description.map { .string($0) }
    members["Layers"] = layers.map { .array($0.map { .string($0) }) }
    return members
  }

  /// The members of CreateFunction, with a default for each that must be there.
  ///
  /// - Parameter account: asked for where it is needed: that of the function.
  func membersForCreation(
    _ runtime: String, hasBootstrap: Bool, in account: () throws -> AccountID
  ) rethrows -> [String: JSONValue] {
    var members = members
    members["Runtime"] = .string(runtime)
    if handler == nil { members["Handler"] = hasBootstrap ? "bootstrap" : "app.handler" }
    if role == nil { members["Role"] = .string(Self.defaultRole(in: try account())) }
    return members
  }

  /// Those of `members` that a function has otherwise.
  /// - Parameter function: the `FunctionConfiguration` shape.
  func changes(to function: JSONValue) -> [String: JSONValue] {
    members.filter { name, value in value != Self.asked(name, of: function) }
  }

  /// A member as requests have it: answers leave out what is empty and say more of the rest.
  private static func asked(_ name: String, of function: JSONValue) -> JSONValue? {
    switch name {
    case "Environment": ["Variables": function[name]?["Variables"] ?? [:]]
    case "Layers":
      if case .array(let layers)? = function[name] { .array(layers.compactMap { $0["Arn"] }) } else { [] }
    default: function[name]
    }
  }
}
