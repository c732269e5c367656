/// In which form a version's log is written, from which levels on, and where.
package struct LoggingConfiguration: Hashable, Sendable, Codable {
  package enum Format: String, Hashable, Sendable, Codable, CaseIterable {
    case json = "JSON"
    case text = "Text"
  }

  /// How detailed a record of the function is.
  package enum ApplicationLevel: String, Hashable, Sendable, Codable, CaseIterable {
    case trace = "TRACE"
    case debug = "DEBUG"
    case info = "INFO"
    case warn = "WARN"
    case error = "ERROR"
    case fatal = "FATAL"
  }

  /// How detailed a record of the platform is.
  package enum SystemLevel: String, Hashable, Sendable, Codable, CaseIterable {
    case debug = "DEBUG"
    case info = "INFO"
    case warn = "WARN"
  }

  package var format: Format
  /// Less important records are left out; of JSON only.
  package var applicationLevel: ApplicationLevel
  /// Less important records are left out; of JSON only.
  package var systemLevel: SystemLevel
  /// nil: the group that is named for the function.
  package var group: String?

  package init(
    format: Format = .text, applicationLevel: ApplicationLevel = .info, systemLevel: SystemLevel = .info,
    group: String? = nil
  ) {
    self.format = format
    self.applicationLevel = applicationLevel
    self.systemLevel = systemLevel
    self.group = group
  }
}

/// Levels, the least important declared first.
package protocol ImportanceLevel: Comparable, CaseIterable {}

extension ImportanceLevel {
  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.prefix { $0 != self }.count }
}

extension LoggingConfiguration.SystemLevel: ImportanceLevel {}

extension LoggingConfiguration.ApplicationLevel: ImportanceLevel {
  /// - Parameter word: Lambda's words and those of Python's `logging`, in any case.
  package init?(word: String) {
    switch word.uppercased() {
    case "WARNING": self = .warn
    case "CRITICAL": self = .fatal
    case let word: self.init(rawValue: word)
    }
  }
}

extension FunctionVersion {
  package var logging: LoggingConfiguration { configuration.logging ?? LoggingConfiguration() }

  /// The name of the log group.
  package var logGroup: String { logging.group ?? Self.ownLogGroup(name) }

  /// The log group of a function that names none.
  package static func ownLogGroup(_ name: FunctionName) -> String { "/aws/lambda/\(name)" }
}
