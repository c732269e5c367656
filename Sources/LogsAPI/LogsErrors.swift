import Telemetry
import Wire

/// Errors of the domain as the callers of CloudWatch Logs see them.
enum LogsErrors {
  /// - Returns: nil for an error that must not show.
  static func fault(_ error: any Error) -> Fault? {
    switch error {
    case let error as LogError: fault(error)
    case let error as FilterPatternError: invalidParameter(error.description)
    default: nil
    }
  }

  private static func fault(_ error: LogError) -> Fault? {
    switch error {
    case .groupNotFound:
      Fault(code: "ResourceNotFoundException", status: 400, message: "The specified log group does not exist.")
    case .streamNotFound:
      Fault(code: "ResourceNotFoundException", status: 400, message: "The specified log stream does not exist.")
    case .groupExists, .streamExists:
      Fault(
        code: "ResourceAlreadyExistsException", status: 400, message: "The specified log group already exists")
    case .badCursor: invalidParameter("The specified nextToken is invalid.")
    case .badLimit(let limit): invalidParameter("limit must be 1 to 10000: \(limit)")
    case .damaged, .cancelled, .cryptography, .database: nil
    }
  }

  static func invalidParameter(_ message: String) -> Fault {
    Fault(code: "InvalidParameterException", status: 400, message: message)
  }
}
