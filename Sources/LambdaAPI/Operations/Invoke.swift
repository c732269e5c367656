import Admission
import Authorization
import Core
import Execution
import Functions
import JSON
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs a function. Without any `await`: decided and handed over on the caller's event loop, answered by a stream.
struct Invoke: CallbackOperation, LambdaOperation {
  static let name = "Invoke"
  static let route = Route("POST", "/2015-03-31/functions/{FunctionName}/invocations")
  static let bodyLimit = ExecutionLimits.request
  static let unhonoured: [String: [JSONValue]] = ["DurableExecutionName": []]
  /// Characters of the client context in base64 (Lambda, "Invoke").
  private static let longestClientContext = 3583

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let isDryRun: Bool
    let wantsLogTail: Bool
    let clientContext: String?
    let tenantID: TenantID?
    let trace: TraceHeader?
    let payload: [UInt8]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.functionTarget(hasQualifier: true)
    let type = members.header("InvocationType", in: "X-Amz-Invocation-Type")
    let logType = members.header("LogType", in: "X-Amz-Log-Type")
    members.check(type, at: "InvocationType", oneOf: ["RequestResponse", "DryRun", "Event"])
    members.check(logType, at: "LogType", oneOf: ["None", "Tail"])
    if type == "Event" { members.note(unsupported("InvocationType: Event")) }
    members.refuse("DurableExecutionName", in: "X-Amz-Durable-Execution-Name")
    return Input(
      target: target, isDryRun: type == "DryRun", wantsLogTail: logType == "Tail",
      clientContext: clientContext(&members), tenantID: members.tenantID(), trace: trace(of: members.request.head),
      payload: members.payload("Payload"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:InvokeFunction", on: input.target.arn(at: place))]
  }

  func start(_ call: Authorized<Input>, reply: any ResponseStream) throws {
    try start(call, reply: reply) { version in
      InvokeReply(version: version, requestID: call.requestID, reply: reply)
    }
  }

  /// - Parameter receiver: makes what turns the outcome of that version into the answer.
  func start(
    _ call: Authorized<Input>, reply: any ResponseStream, receiver: (Qualifier) -> any OutcomeReceiver
  ) throws {
    let input = call.value
    let version = try services.versionToRun(input.target, at: call.place)
    try version.configuration.check(input.tenantID)
    let payload = input.payload.isEmpty ? Array("{}".utf8) : input.payload
    guard JSONText.isValid(payload) else { throw Self.invalidContent }
    guard !input.isDryRun else {
      return reply.send(OperationResponse(head: ResponseHead(status: 204, headers: []), body: []))
    }
    try services.checkSnapshot(of: version)
    let request = InvocationRequest(
      version: version, hygiene: services.catalog.hygiene(of: version.name, at: call.place), payload: payload,
      invokedARN: input.target.isQualified ? input.target.arn(at: call.place) : version.functionARNText,
      clientContext: input.clientContext,
      tenantID: input.tenantID, wantsLogTail: input.wantsLogTail, trace: input.trace)
    let lease = try services.admission.admit(
      AdmissionScope(place: call.place, function: version.name.description), version: version.qualifier.number)
    services.executor.invoke(call.map { _ in request }, lease: lease, receiver: receiver(version.qualifier))
  }

  /// The caller's trace; nil where it names none, or several, or none that X-Ray would take.
  static func trace(of head: RequestHead) -> TraceHeader? {
    let values = head.headerValues("X-Amzn-Trace-Id")
    return values.count == 1 ? TraceHeader(values[0]) : nil
  }

  static func clientContext(_ members: inout MemberReader) -> String? {
    guard let header = members.header("ClientContext", in: "X-Amz-Client-Context") else { return nil }
    guard header.utf8.count <= longestClientContext, let data = Data(base64Encoded: header),
      JSONText.isValid(Array(data)), let text = String(data: data, encoding: .utf8),
      !text.unicodeScalars.contains(where: { $0.value < 0x20 })
    else {
      members.note(unreadableContext)
      return nil
    }
    return text
  }

  static func unsupported(_ what: String) -> Fault {
    LambdaErrors.invalidParameter("not supported by this version of Redoubt: \(what)")
  }

  private static let unreadableContext = Fault(
    code: "InvalidRequestContentException", status: 400,
    message: "Client context must be a valid Base64-encoded JSON object.", members: ["Type": "User"])

  static let invalidContent = Fault(
    code: "InvalidRequestContentException", status: 400,
    message: "Could not parse request body into json: the payload is not one JSON value",
    members: ["Type": "User"])
}

/// Turns an outcome into the HTTP answer of Invoke, as it comes.
private struct InvokeReply: OutcomeReceiver {
  let version: Qualifier
  let requestID: RequestID
  let reply: any ResponseStream

  var takesStream: Bool { false }

  func begin(_ head: OutcomeHead) {
    var headers = [
      (name: "Content-Type", value: "application/json"),
      (name: "X-Amz-Executed-Version", value: version.description),
      (name: "X-Amzn-Trace-Id", value: head.trace.description),
    ]
    if head.isFunctionError { headers.append((name: "X-Amz-Function-Error", value: "Unhandled")) }
    if let tail = head.logTail {
      headers.append((name: "X-Amz-Log-Result", value: Data(tail).base64EncodedString()))
    }
    reply.begin(ResponseHead(status: 200, headers: headers), length: head.length)
  }

  func write(_ bytes: [UInt8], taken: (@Sendable () -> Void)?) { reply.write(bytes, taken: taken) }

  func end(_: OutcomeCompletion) { reply.end() }

  func fail(_ failure: ExecutionFailure) {
    let fault = LambdaErrors.fault(failure)
    reply.send(LambdaAPI.service.wireProtocol.render(fault, requestID: requestID))
  }
}
