import Admission
import Authorization
import Core
import Execution
import Functions
import Identity
import JSON
import Sandbox
import SupplyChain
import Wire

/// Errors of the domain as Lambda's callers see them.
enum LambdaErrors {
  /// - Returns: nil for an error that must not show.
  static func fault(_ error: any Error) -> Fault? {
    switch error {
    case let error as FunctionError: fault(error)
    case let error as LayerError: fault(error)
    case let error as ResourcePolicyError: fault(error)
    case let error as ConcurrencyError: fault(error)
    case let error as CodeError: fault(error)
    case is CodeStorageExceeded: codeStorageExceeded
    case let error as Throttle: throttle(error)
    case let failure as ExecutionFailure: fault(failure)
    case is RoleNotAssumable: invalidParameter(roleNotAssumable)
    default: nil
    }
  }

  static func fault(_ failure: ExecutionFailure) -> Fault {
    switch failure {
    case .noCapacity: throttle(Throttle(reason: .concurrentInvocationLimitExceeded))
    case .damagedCode:
      Fault(
        code: "InvalidZipFileException", status: 502, message: "",
        members: [
          "Message":
            "a stored package is damaged or missing and was not run; deploy the function, or publish its layer, again",
          "Type": "Service",
        ])
    case .missingRuntime(let identifier):
      Fault(
        code: "InvalidRuntimeException", status: 502, message: "",
        members: [
          "Message": .string("the host has no runtime `\(identifier)` any more; give the function another one"),
          "Type": "Service",
        ])
    case .roleNotAssumable:
      Fault(
        code: "AccessDeniedException", status: 403, message: "", members: ["Message": .string(roleNotAssumable)])
    case .restore(.failed): restoreFailed
    case .restore(.timedOut): restoreTimedOut
    case .shuttingDown: unavailable("the server is shutting down; try again")
    case .sandbox: service("the execution environment could not be made; the server's log says why")
    }
  }

  private static let codeStorageExceeded = Fault(
    code: "CodeStorageExceededException", status: 400, message: "Code storage limit exceeded.",
    members: ["Type": "User"])

  static let noPublishedVersion = Fault(
    code: "NoPublishedVersionException", status: 400, message: "",
    members: ["Message": "The function has no published versions available.", "Type": "User"])

  private static let roleNotAssumable = "The role defined for the function cannot be assumed by Lambda."

  static let tooManyTags = invalidParameter("Number of tags exceeds resource tag limit.")

  static func ambiguousTag(_ key: String) -> Fault {
    invalidParameter("Tag keys that differ in case only are not supported: \(key)")
  }

  static let qualifierMismatch = invalidParameter(
    "The derived qualifier from the function name does not match the specified qualifier.")

  static let qualified = invalidParameter(
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
      + "Please specify either a function name or an unqualified function ARN.")

  static func invalidParameter(_ message: String) -> Fault {
    Fault(code: "InvalidParameterValueException", status: 400, message: message, members: ["Type": "User"])
  }

  /// What belongs to somebody else, who would have to let the caller in by a policy; there is nobody else yet.
  static func foreign(_ action: String, on resource: String, _ principal: Principal) -> Fault {
    Fault(
      code: "AccessDeniedException", status: 403,
      message: "User: \(principal.arn) is not authorized to perform: \(action) on resource: \(resource) "
        + "because no resource-based policy allows the \(action) action")
  }

  private static func fault(_ error: LayerError) -> Fault? {
    switch error {
    case .notFound:
      Fault(
        code: "ResourceNotFoundException", status: 404, message: "",
        members: ["Message": "The resource you requested does not exist.", "Type": "User"])
    case .unreadableRecord: nil
    }
  }

  private static func fault(_ error: ResourcePolicyError) -> Fault {
    switch error {
    case .none: notFound("The resource you requested does not exist.")
    case .noStatement(let id): notFound("Statement \(id) is not found in resource policy.")
    case .statementExists(let id):
      conflict(
        "The statement id (\(id)) provided already exists. Please provide a new statement id, "
          + "or remove the existing statement.")
    case .revisionMismatch:
      Fault(
        code: "PreconditionFailedException", status: 412,
        message: "The RevisionId provided does not match the latest RevisionId. "
          + "Call the GetPolicy API to retrieve the latest RevisionId",
        members: ["Type": "User"])
    case .tooLong(let size, let limit):
      Fault(
        code: "PolicyLengthExceededException", status: 400,
        message: "The final policy size (\(size)) is bigger than the limit (\(limit)).", members: ["Type": "User"])
    case .isPublic:
      Fault(
        code: "PublicPolicyException", status: 400, message: "",
        members: [
          "Message": .string(
            "the policy would allow everybody, which the account forbids: name an account, an organization or a source, "
              + "or allow public access with `redoubt public-access allow`"),
          "Type": "User",
        ])
    }
  }

  private static func fault(_ error: FunctionError) -> Fault? {
    switch error {
    case .notFound(let arn): notFound("Function not found: \(arn)")
    case .aliasNotFound(let arn): notFound("Cannot find alias arn: \(arn)")
    case .alreadyExists(let name): conflict("Function already exist: \(name)")
    case .concurrentChange(let arn):
      conflict(
        "The operation cannot be performed at this time. An update is in progress for resource: \(arn)")
    case .revisionMismatch:
      Fault(
        code: "PreconditionFailedException", status: 412,
        message: "The Revision Id provided does not match the latest Revision Id. "
          + "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
        members: ["Type": "User"])
    case .cannotDeleteLatest: invalidParameter("$LATEST version cannot be deleted without deleting the function.")
    case .codeMismatch(let expected, let actual):
      invalidParameter(
        "CodeSHA256 (\(expected)) is different from current CodeSHA256 in $LATEST (\(actual)). "
          + "Please try again with the CodeSHA256 in $LATEST.")
    case .aliasExists(let arn): conflict("Alias already exists: \(arn)")
    case .versionHasAliases(let names):
      conflict(
        "Unable to delete version because the following aliases reference it: [\(names.joined(separator: ", "))]")
    case .tooManyTags: tooManyTags
    case .ambiguousTag(let key): ambiguousTag(key)
    case .weightedLatest: invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version")
    case .repeatedVersion(let version):
      invalidParameter(
        "Invalid function version \(version). "
          + "Function version \(version) is already included in routing configuration.")
    case .unreadableRecord: nil
    }
  }

  private static func fault(_ error: CodeError) -> Fault? {
    switch error {
    case .unreadable:
      invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.")
    case .unsafeEntry(let detail):
      invalidParameter("Could not unzip uploaded file: an entry must not be unpacked: \(detail)")
    case .tooLarge: invalidParameter("Unzipped size must be smaller than \(UnpackLimits.standard.bytes) bytes")
    case .sandbox(.timeout): invalidParameter("Could not unzip uploaded file: unpacking took too long")
    case .package, .sandbox: nil
    }
  }

  static func notFound(_ message: String) -> Fault {
    Fault(
      code: "ResourceNotFoundException", status: 404, message: "",
      members: ["Message": .string(message), "Type": "User"])
  }

  static func conflict(_ message: String) -> Fault {
    Fault(code: "ResourceConflictException", status: 409, message: message, members: ["Type": "User"])
  }

  /// A rate is told in the headers of draft-ietf-httpapi-ratelimit-headers-11 too.
  private static func throttle(_ throttle: Throttle) -> Fault {
    var headers = ["Retry-After": "1"]
    if let rate = throttle.rate {
      headers["RateLimit-Policy"] = "\"\(rate.name)\";q=\(rate.count);w=\(rate.per.components.seconds)"
      headers["RateLimit"] = "\"\(rate.name)\";r=0;t=1"
    }
    return Fault(
      code: "TooManyRequestsException", status: 429, message: "Rate Exceeded.",
      members: ["Reason": .string(throttle.reason.rawValue), "Type": "User"], headers: headers)
  }

  static func service(_ message: String) -> Fault {
    Fault(
      code: "ServiceException", status: 500, message: "",
      members: ["Message": .string(message), "Type": "Service"])
  }

  private static func unavailable(_ message: String) -> Fault {
    Fault(
      code: "ServiceUnavailableException", status: 503, message: message, members: ["Type": "Service"],
      headers: ["Retry-After": "1"])
  }
}
