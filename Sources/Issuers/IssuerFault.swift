/// Why an issuer's keys could not be had. For the server's log: callers hear only that it was so.
enum IssuerFault: Error, Hashable, Sendable, CustomStringConvertible {
  case connection(String)
  /// The certificates that were presented do not prove that it is the host.
  case certificate
  case timeout
  case status(Int)
  case tooLarge
  case malformed(String)

  var description: String {
    switch self {
    case .connection(let reason): "no connection: \(reason)"
    case .certificate: "its certificate is not one of the host from an authority that is trusted"
    case .timeout: "it took too long"
    case .status(let status): "it answered with the status \(status)"
    case .tooLarge: "its answer is longer than \(IssuerClient.longestAnswer) bytes"
    case .malformed(let reason): reason
    }
  }
}
