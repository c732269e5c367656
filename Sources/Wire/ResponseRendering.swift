package import Core
import JSON

/// Turns outputs and faults into HTTP answers, as the service's protocol has them.
extension WireProtocol {
  /// - Parameter operation: its name, which the query protocols repeat.
  package func render(
    _ output: OperationOutput, of operation: String, successStatus: Int, requestID: RequestID
  ) -> OperationResponse {
    let status = output.status ?? successStatus
    if case .query(_, let namespace) = self {
      let body = Self.queryBody(output, operation, namespace, requestID)
      let headers = output.headers + [("Content-Type", contentType)]
      return OperationResponse(head: ResponseHead(status: status, headers: headers), body: body)
    }
    guard let members = output.members else {
      return OperationResponse(head: ResponseHead(status: status, headers: output.headers), body: output.payload ?? [])
    }
    let headers = output.headers + [("Content-Type", contentType)]
    return OperationResponse(head: ResponseHead(status: status, headers: headers), body: encode(members))
  }

  package func render(_ fault: Fault, requestID: RequestID) -> OperationResponse {
    var headers = fault.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    headers.append(("Content-Type", contentType))
    if case .restJSON = self { headers.append(("x-amzn-ErrorType", fault.code)) }
    let body = errorBody(fault, requestID)
    return OperationResponse(head: ResponseHead(status: fault.status, headers: headers), body: body)
  }

  /// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization
  private static func queryBody(
    _ output: OperationOutput, _ operation: String, _ namespace: String, _ requestID: RequestID
  ) -> [UInt8] {
    var response: [String: JSONValue] = ["ResponseMetadata": ["RequestId": .string(requestID.description)]]
    if let members = output.members { response[operation + "Result"] = members }
    return XMLText.element(operation + "Response", .object(response), namespace: namespace)
  }

  private var contentType: String {
    switch self {
    case .restJSON: "application/json"
    case .json(let version, _): "application/x-amz-json-\(version.rawValue)"
    case .query, .ec2Query: "text/xml"
    case .restXML: "application/xml"
    }
  }

  private func encode(_ members: JSONValue) -> [UInt8] {
    switch self {
    case .restJSON, .json: members.encoded
    case .query, .ec2Query, .restXML: XMLText.element("Response", members)
    }
  }

  private func errorBody(_ fault: Fault, _ requestID: RequestID) -> [UInt8] {
    var members = fault.members
    // Some of AWS's error shapes call the member `Message`.
    if members["Message"] == nil { members["message"] = .string(fault.message) }
    switch self {
    case .restJSON:
      return JSONValue.object(members).encoded
    case .json:
      members["__type"] = .string(fault.code)
      return JSONValue.object(members).encoded
    case .query(_, let namespace):
      let error: JSONValue = [
        "Type": .string(fault.isServerFault ? "Receiver" : "Sender"), "Code": .string(fault.code),
        "Message": .string(fault.message),
      ]
      let response: JSONValue = ["Error": error, "RequestId": .string(requestID.description)]
      return XMLText.element("ErrorResponse", response, namespace: namespace)
    case .ec2Query:
      let error: JSONValue = ["Error": ["Code": .string(fault.code), "Message": .string(fault.message)]]
      return XMLText.element("Response", ["Errors": error, "RequestID": .string(requestID.description)])
    case .restXML:
      let error: JSONValue = [
        "Code": .string(fault.code), "Message": .string(fault.message), "RequestId": .string(requestID.description),
      ]
      return XMLText.element("Error", error)
    }
  }
}
