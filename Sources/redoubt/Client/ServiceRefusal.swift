import JSON
import NIOHTTP1
import Wire

/// The service said no.
struct ServiceRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// AWS's error code, for example `ResourceNotFoundException`.
  let code: String
  let message: String
  let status: Int
  let requestID: String?

  init(_ reply: HTTPExchange.Reply) {
    let body = JSONValue(parsing: reply.body)
    let type = reply.headers.first(name: "x-amzn-errortype") ?? body?["__type"]?.string ?? body?["code"]?.string
    // `namespace#Code:url` in the most talkative of the protocols.
    let name = type?.split(separator: ":").first?.split(separator: "#").last
    code = name.map(String.init) ?? "status \(reply.status)"
    message = body?["message"]?.string ?? body?["Message"]?.string ?? "no message"
    status = reply.status
    requestID = reply.headers.first(name: "x-amzn-requestid")
  }

  var description: String { "\(code): \(PrintableText.escape(message)): \(advice)" }

  private var advice: String {
    switch code {
    case "ResourceNotFoundException": return "`redoubt list` shows what there is"
    case "AccessDeniedException", "AccessDenied": return "ask the administrator for this permission"
    case "TooManyRequestsException", "ThrottlingException": return "try again later"
    case "ResourceConflictException": return "try again in a moment"
    case "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException",
      "IncompleteSignatureException", "SignatureDoesNotMatch", "InvalidClientTokenId", "ExpiredTokenException":
      return "check the credentials (as root, `redoubt env` prints the administrator's)"
    default:
      let request = requestID.map { " for request \($0)" } ?? ""
      return status >= 500 ? "look at the server's log\(request)" : "mend the request and try again"
    }
  }
}
