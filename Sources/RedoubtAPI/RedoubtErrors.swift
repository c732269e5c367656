import Functions
import Identity
import Policy
import Telemetry
import Wire

/// Errors of the domain as the callers of Redoubt's own API see them.
enum RedoubtErrors {
  /// - Returns: nil for an error that must not show.
  static func fault(_ error: any Error) -> Fault? {
    switch error {
    case let error as FunctionError: fault(error)
    case IdentityFailure.noSuchEntity(let message): notFound(message)
    case IdentityFailure.invalidInput(let message): invalid(message)
    case let failure as OrganizationFailure: fault(failure)
    case LayerError.notFound: notFound("layer version not found")
    case LogError.groupNotFound(let name):
      notFound("log group not found: \(name)")
    default: nil
    }
  }

  private static func fault(_ error: FunctionError) -> Fault? {
    switch error {
    case .notFound(let arn):
      notFound("function not found: \(arn)")
    case .alreadyExists, .revisionMismatch, .concurrentChange, .cannotDeleteLatest, .codeMismatch, .unreadableRecord,
      .aliasNotFound, .aliasExists, .weightedLatest, .repeatedVersion, .versionHasAliases, .tooManyTags, .ambiguousTag:
      nil
    }
  }

  private static func fault(_ failure: OrganizationFailure) -> Fault {
    switch failure {
    case .noSuchAccount(let message), .noSuchGuardrail(let message): notFound(message)
    case .accountExists(let message): Fault(code: "ResourceConflictException", status: 409, message: message)
    case .managementAccount(let message): invalid(message)
    case .malformedGuardrail(let error):
      Fault(code: "MalformedPolicyDocumentException", status: 400, message: error.message)
    case .limitExceeded(let message): Fault(code: "LimitExceededException", status: 400, message: message)
    }
  }

  static func notFound(_ message: String) -> Fault {
    Fault(code: "ResourceNotFoundException", status: 404, message: message)
  }

  static func invalid(_ message: String) -> Fault {
    Fault(code: "ValidationException", status: 400, message: message)
  }
}
