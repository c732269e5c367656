import Core
import Identity
import JSON
import Wire

/// A refusal that the service's protocol renders.
struct Denial: Error {
  let refusal: Refusal
  let wireProtocol: WireProtocol
  let fault: Fault

  init(_ refusal: Refusal, in wireProtocol: WireProtocol, _ fault: Fault) {
    self.refusal = refusal
    self.wireProtocol = wireProtocol
    self.fault = fault
  }

  /// No operation has this method and path, or this target.
  static func unknownOperation(in wireProtocol: WireProtocol) -> Denial {
    let fault = Fault(code: "UnknownOperationException", status: 404, message: "the operation is not known here")
    return Denial(.unknownOperation, in: wireProtocol, fault)
  }

  /// Nothing says who asks.
  static func unsigned(in wireProtocol: WireProtocol) -> Denial {
    Denial(.unauthenticated, in: wireProtocol, AuthenticationFailure.missingToken.fault(for: wireProtocol))
  }

  /// As Lambda's front end says it; the model's RequestTooLargeException is for Invoke alone.
  static func bodyTooLarge(_ operation: String, limit: Int, in wireProtocol: WireProtocol) -> Denial {
    let message = "Request must be smaller than \(limit) bytes for the \(operation) operation"
    let fault = Fault(
      code: "RequestEntityTooLargeException", status: 413, message: message, members: ["Type": "User"])
    return Denial(.bodyTooLarge, in: wireProtocol, fault)
  }

  /// One environment asks more often than any code needs to; AWS's clients wait and try again.
  static func rateExceeded(in wireProtocol: WireProtocol) -> Denial {
    let (code, status) =
      switch wireProtocol {
      case .restJSON: ("TooManyRequestsException", 429)
      case .json: ("ThrottlingException", 400)
      case .query, .ec2Query: ("Throttling", 400)
      case .restXML: ("SlowDown", 503)
      }
    let fault = Fault(code: code, status: status, message: "Rate exceeded", headers: ["Retry-After": "1"])
    return Denial(.rateExceeded, in: wireProtocol, fault)
  }

  /// Too many bytes of unverified requests, or too many operations, wait already: a later try may succeed.
  static func overloaded(_ refusal: Refusal, in wireProtocol: WireProtocol) -> Denial {
    let fault = Fault(
      code: "ServiceUnavailableException", status: 503, message: "the server is busy; try again later",
      headers: ["Retry-After": "1"])
    return Denial(refusal, in: wireProtocol, fault)
  }
}
