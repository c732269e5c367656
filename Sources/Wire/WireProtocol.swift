package import Core

/// One of AWS's wire protocols (Smithy 2.0, "AWS protocols"), with what a service fixes of it.
package enum WireProtocol: Hashable, Sendable {
  /// restJson1: the operation is in the path.
  case restJSON
  /// awsJson1_0 or awsJson1_1: the operation is in `X-Amz-Target`, after the prefix and a dot.
  case json(version: JSONVersion, targetPrefix: String)
  /// awsQuery: the operation is the form parameter `Action`.
  case query(apiVersion: String, xmlNamespace: String)
  /// ec2Query: as `query`, with other lists and errors.
  case ec2Query(apiVersion: String, xmlNamespace: String)
  /// restXml: the operation is in the path.
  case restXML

  package enum JSONVersion: String, Sendable {
    case v1_0 = "1.0"
    case v1_1 = "1.1"
  }

  /// The code of a denial.
  package var denialCode: String {
    switch self {
    case .restJSON, .json: "AccessDeniedException"
    case .query, .restXML: "AccessDenied"
    case .ec2Query: "UnauthorizedOperation"
    }
  }

  /// The HTTP status of a denial.
  package var denialStatus: Int {
    switch self {
    case .json: 400
    case .restJSON, .query, .ec2Query, .restXML: 403
    }
  }

  /// True when the path and method name the operation.
  package var isREST: Bool { self == .restJSON || self == .restXML }
}

/// What is the same for all operations of one service.
package struct ServiceDescription: Sendable {
  /// The prefix of IAM actions and the service part of ARNs, for example `lambda`.
  package let name: String
  /// The service in the scope of a signature; mostly the same as `name`.
  package let signingName: String
  package let wireProtocol: WireProtocol
  /// Where signatures for the service are scoped to: nil for the region of the server.
  package let signingRegion: Region?
  /// The error code for broken constraints.
  package let constraintCode: String
  /// The error code for members that are not honoured.
  package let refusalCode: String
  /// Turns an error of the domain into the fault that callers see; nil for one that must not show.
  package let fault: @Sendable (any Error) -> Fault?
  /// What callers see of an error that must not show.
  package let hidden: Fault
  package static let hiddenMessage = "the service failed; the server's log says why"

  package init(
    name: String, signingName: String, signingRegion: Region? = nil, wireProtocol: WireProtocol,
    constraintCode: String = "ValidationException",
    refusalCode: String = "InvalidParameterValueException",
    hidden: Fault = Fault(code: "ServiceException", status: 500, message: hiddenMessage),
    fault: @escaping @Sendable (any Error) -> Fault?
  ) {
    self.signingRegion = signingRegion
    self.hidden = hidden
    self.constraintCode = constraintCode
    self.refusalCode = refusalCode
    self.name = name
    self.signingName = signingName
    self.wireProtocol = wireProtocol
    self.fault = fault
  }
}
