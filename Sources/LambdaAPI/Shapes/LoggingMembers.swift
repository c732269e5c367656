import Functions
import JSON
import Telemetry
import Wire

/// The `LoggingConfig` shape as a request carries it; nil for what it leaves out.
struct LoggingMembers: Sendable {
  let format: String?
  let applicationLevel: String?
  let systemLevel: String?
  let group: String?

  /// - Returns: nil when the request says nothing of logging.
  init?(_ members: inout MemberReader) throws(Fault) {
    guard var logging = try members.structure("LoggingConfig") else { return nil }
    format = try logging.string("LogFormat")
    applicationLevel = try logging.string("ApplicationLogLevel")
    systemLevel = try logging.string("SystemLogLevel")
    group = try logging.string("LogGroup")
    typealias Allowed = LoggingConfiguration
    logging.check(format, at: "LoggingConfig.logFormat", oneOf: Allowed.Format.allCases.map(\.rawValue))
    logging.check(
      applicationLevel, at: "LoggingConfig.applicationLogLevel",
      oneOf: Allowed.ApplicationLevel.allCases.map(\.rawValue))
    logging.check(
      systemLevel, at: "LoggingConfig.systemLogLevel", oneOf: Allowed.SystemLevel.allCases.map(\.rawValue))
    logging.check(group, at: "LoggingConfig.logGroup", lengths: 1...512)
    logging.check(group, at: "LoggingConfig.logGroup", pattern: "[\\.\\-_/#A-Za-z0-9]+") { text in
      !(1...512).contains(text.unicodeScalars.count) || LogGroupName(text) != nil
    }
    members.absorb(logging)
  }

  /// The settings with what the request changes of them.
  ///
  /// - Throws: what Lambda says of levels for a log in text and of names that are not to be chosen.
  func applied(to current: LoggingConfiguration, of name: FunctionName) throws(Fault) -> LoggingConfiguration {
    var logging = current
    logging.format = format.flatMap { LoggingConfiguration.Format(rawValue: $0) } ?? logging.format
    if let group {
      guard let chosen = LogGroupName(group), !chosen.isReserved else {
        throw LambdaErrors.invalidParameter("Log groups starting with AWS/ are reserved for AWS.")
      }
      logging.group = group == FunctionVersion.ownLogGroup(name) ? nil : group
    }
    guard logging.format == .json else { return try inText(logging) }
    typealias Levels = LoggingConfiguration
    logging.applicationLevel =
      applicationLevel.flatMap { Levels.ApplicationLevel(rawValue: $0) } ?? logging.applicationLevel
    logging.systemLevel = systemLevel.flatMap { Levels.SystemLevel(rawValue: $0) } ?? logging.systemLevel
    return logging
  }

  private func inText(_ logging: LoggingConfiguration) throws(Fault) -> LoggingConfiguration {
    guard applicationLevel == nil, systemLevel == nil else {
      throw LambdaErrors.invalidParameter(
        "LogLevel is not supported when LogFormat is set to \"Text\". "
          + "Remove LogLevel from your request or change the LogFormat to \"JSON\" and try again.")
    }
    return LoggingConfiguration(group: logging.group)
  }
}

extension FunctionVersion {
  /// The `LoggingConfig` shape of answers: levels for JSON only.
  var loggingMembers: JSONValue {
    var members: [String: JSONValue] = [
      "LogFormat": .string(logging.format.rawValue), "LogGroup": .string(logGroup),
    ]
    guard logging.format == .json else { return .object(members) }
    members["ApplicationLogLevel"] = .string(logging.applicationLevel.rawValue)
    members["SystemLogLevel"] = .string(logging.systemLevel.rawValue)
    return .object(members)
  }
}
