import Identity
import Policy
import Wire

/// Errors of the domain as the callers of IAM see them.
enum IAMErrors {
  /// - Returns: nil for an error that must not show.
  static func fault(_ error: any Error) -> Fault? {
    guard let failure = error as? IdentityFailure else { return nil }
    return switch failure {
    case .noSuchEntity(let message): Fault(code: "NoSuchEntity", status: 404, message: message)
    case .entityAlreadyExists(let message): Fault(code: "EntityAlreadyExists", status: 409, message: message)
    case .deleteConflict(let message): Fault(code: "DeleteConflict", status: 409, message: message)
    case .limitExceeded(let message): Fault(code: "LimitExceeded", status: 409, message: message)
    case .malformedPolicy(let error): Fault(code: "MalformedPolicyDocument", status: 400, message: error.message)
    case .invalidInput(let message): .invalidInput(message)
    case .unmodifiable(let message): Fault(code: "UnmodifiableEntity", status: 400, message: message)
    }
  }
}
