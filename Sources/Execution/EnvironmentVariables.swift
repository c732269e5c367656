import Core
import Functions

/// The environment of a runtime process: Lambda's documented variables, then the function's own.
package struct EnvironmentVariables {
  let version: FunctionVersion
  let logStream: String
  let initialization: InitializationType
  /// The function's own variables.
  let variables: [String: String]
  /// What its code signs with.
  let credentials: [String: String]

  /// Names that a function may not set (Lambda, "Reserved environment variables").
  package static let reserved: Set<String> = [
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
  ]

  /// `NAME=value`, sorted by name.
  var strings: [String] {
    var all = Self.defaults.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:9002"]) { _, platform in platform }
    all.merge(variables) { _, own in own }
    all.merge(fixed) { _, platform in platform }
    all.merge(credentials) { _, platform in platform }
    return all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// What a function may set otherwise.
  private static let defaults = [
    "LANG": "en_US.UTF-8", "TZ": ":UTC", "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/task:/var/task/lib:/opt/lib",
  ]

  /// `NAME=value`, sorted by name: what a runtime has before it has a function.
  static func beforeFunction(_ runtime: Runtime, memorySize: Int) -> [String] {
    var all = defaults
    switch runtime.family {
    case .python: all["_REDOUBT_STOCK"] = "forked"
    case .node:
      all["_REDOUBT_STOCK"] = "booted"
      // What its command line is made of.
      all["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = String(memorySize)
      all["AWS_EXECUTION_ENV"] = "AWS_Lambda_\(runtime.identifier)"
    case .custom: return []
    }
    return all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  private var fixed: [String: String] {
    let configuration = version.configuration
    var fixed = [
      "_HANDLER": configuration.handler,
      "AWS_DEFAULT_REGION": version.place.region.description,
      "AWS_REGION": version.place.region.description,
      "AWS_LAMBDA_FUNCTION_NAME": version.name.description,
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(configuration.memorySize),
      "AWS_LAMBDA_FUNCTION_VERSION": version.qualifier.description,
      "AWS_LAMBDA_INITIALIZATION_TYPE": initialization.rawValue,
      "AWS_LAMBDA_LOG_GROUP_NAME": version.logGroup,
      "AWS_LAMBDA_LOG_STREAM_NAME": logStream,
      "AWS_LAMBDA_LOG_FORMAT": version.logging.format.rawValue,
      "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
      "LAMBDA_TASK_ROOT": "/var/task",
      "LAMBDA_RUNTIME_DIR": "/var/runtime",
    ]
    if version.logging.format == .json {
      fixed["AWS_LAMBDA_LOG_LEVEL"] = version.logging.applicationLevel.rawValue
    }
    if !configuration.runtime.hasPrefix("provided") {
      fixed["AWS_EXECUTION_ENV"] = "AWS_Lambda_\(configuration.runtime)"
    }
    return fixed
  }
}
