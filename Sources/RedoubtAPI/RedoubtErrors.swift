import Functions
import Wire

/// Errors of the domain as the callers of Redoubt's own API see them.
enum RedoubtErrors {
  /// - Returns: nil for an error that must not show.
  static func fault(_ error: any Error) -> Fault? {
    guard let error = error as? FunctionError else { return nil }
    return switch error {
    case .notFound(let arn):
      notFound("function not found: \(arn)")
    case .alreadyExists, .revisionMismatch, .concurrentChange, .cannotDeleteLatest, .codeMismatch, .unreadableRecord:
      nil
    }
  }

  static func notFound(_ message: String) -> Fault {
    Fault(code: "ResourceNotFoundException", status: 404, message: message)
  }

  static func invalid(_ message: String) -> Fault {
    Fault(code: "ValidationException", status: 400, message: message)
  }
}
