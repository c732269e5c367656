import Federation
import Identity
import Policy
import Wire

/// Errors of the domain as the callers of STS see them.
enum STSErrors {
  /// - Returns: nil for an error that must not show.
  static func fault(_ error: any Error) -> Fault? {
    if let failure = error as? WebIdentityFailure { return fault(failure) }
    guard let failure = error as? IdentityFailure else { return nil }
    return switch failure {
    case .malformedPolicy(let error): Fault(code: "MalformedPolicyDocument", status: 400, message: error.message)
    case .limitExceeded(let message): Fault(code: "PackedPolicyTooLarge", status: 400, message: message)
    case .noSuchEntity(let message), .entityAlreadyExists(let message), .deleteConflict(let message),
      .invalidInput(let message), .unmodifiable(let message):
      validation(message)
    }
  }

  /// Of a token that proves nobody's identity.
  private static func fault(_ failure: WebIdentityFailure) -> Fault {
    let code =
      switch failure {
      case .expired: "ExpiredTokenException"
      case .unreachable: "IDPCommunicationError"
      case .malformed, .missingClaim, .unknownIssuer, .wrongAudience, .notYetValid, .unknownKey, .signatureMismatch:
        "InvalidIdentityToken"
      }
    return Fault(code: code, status: 400, message: failure.message)
  }

  static func invalid(_ message: String) -> Fault {
    Fault(code: "InvalidParameterValue", status: 400, message: message)
  }

  static func validation(_ message: String) -> Fault { Fault(code: "ValidationError", status: 400, message: message) }
}
