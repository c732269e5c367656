import ArgumentParser
import Functions
import JSON
import Wire

/// How important a line of a log is, as far as it says so; a line that does not is INFO.
typealias LineLevel = LoggingConfiguration.ApplicationLevel

extension LineLevel: ExpressibleByArgument {
  package init?(argument: String) { self.init(word: argument) }

  /// - Parameter event: as ListLogEvents has it.
  init(_ event: JSONValue) {
    let message = event["Message"]?.string ?? ""
    let object = message.hasPrefix("{") ? JSONValue(parsing: message.utf8) : nil
    if event["Origin"] == "Platform" {
      self = object.map(Self.ofPlatform) ?? Self.ofPlatform(message)
    } else {
      self = (object?["level"]?.string ?? Self.word(in: message)).flatMap(LineLevel.init(word:)) ?? .info
    }
  }

  /// `[LEVEL]` at the beginning, as in Python, or the third of the fields apart by tabs, as in Node.
  private static func word(in message: String) -> String? {
    if message.hasPrefix("["), let end = message.firstIndex(of: "]") {
      return String(message[message.index(after: message.startIndex)..<end])
    }
    let fields = message.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
    return fields.count == 4 ? String(fields[2]) : nil
  }

  private static func ofPlatform(_ object: JSONValue) -> LineLevel {
    if object["type"] == "platform.logsDropped" { return .warn }
    guard let status = object["record"]?["status"]?.string else { return .info }
    return status == "success" ? .info : .error
  }

  private static func ofPlatform(_ line: String) -> LineLevel {
    if line.hasPrefix("REPORT ") { return line.contains("\tStatus: ") ? .error : .info }
    if line.hasPrefix("REDOUBT ") { return .warn }
    return line.contains(" Error: ") || line.contains(" Task timed out ") ? .error : .info
  }
}
