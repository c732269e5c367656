package import Wire

/// The codes and statuses of AWS's protocol families.
///
/// restJson1 answers 403 throughout (Lambda's "Common Errors" list, IncompleteSignature among them). The awsJson
/// protocols answer 400 with the same codes. awsQuery answers 403 but for 400 IncompleteSignature (RDS's "Common
/// Errors" list). restXml is S3's list of error codes.
extension AuthenticationFailure {
  package func fault(for wireProtocol: WireProtocol) -> Fault {
    let (code, status) =
      switch wireProtocol {
      case .restJSON: (jsonCode, 403)
      case .json: (jsonCode, 400)
      case .query, .ec2Query: queryCode
      case .restXML: xmlCode
      }
    return Fault(code: code, status: status, message: message)
  }

  private var jsonCode: String {
    switch self {
    case .missingToken: "MissingAuthenticationTokenException"
    case .incompleteSignature: "IncompleteSignatureException"
    case .unknownAccessKey, .invalidToken: "UnrecognizedClientException"
    case .signatureMismatch, .signatureExpired, .notYetCurrent, .invalidScope: "InvalidSignatureException"
    case .expiredToken: "ExpiredTokenException"
    }
  }

  private var queryCode: (String, Int) {
    switch self {
    case .missingToken: ("MissingAuthenticationToken", 403)
    case .incompleteSignature: ("IncompleteSignature", 400)
    case .unknownAccessKey, .invalidToken: ("InvalidClientTokenId", 403)
    case .signatureMismatch, .signatureExpired, .notYetCurrent, .invalidScope: ("SignatureDoesNotMatch", 403)
    case .expiredToken: ("ExpiredToken", 403)
    }
  }

  private var xmlCode: (String, Int) {
    switch self {
    case .missingToken: ("AccessDenied", 403)
    case .incompleteSignature, .invalidScope: ("AuthorizationHeaderMalformed", 400)
    case .unknownAccessKey: ("InvalidAccessKeyId", 403)
    case .signatureMismatch: ("SignatureDoesNotMatch", 403)
    case .signatureExpired, .notYetCurrent: ("RequestTimeTooSkewed", 403)
    case .invalidToken: ("InvalidToken", 400)
    case .expiredToken: ("ExpiredToken", 400)
    }
  }
}
