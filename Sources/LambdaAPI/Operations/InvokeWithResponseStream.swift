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

/// Runs a function and sends what it answers as it comes, as events. Decided as `Invoke` is: without any `await`.
struct InvokeWithResponseStream: CallbackOperation, LambdaOperation {
  static let name = "InvokeWithResponseStream"
  static let route = Route("POST", "/2021-11-15/functions/{FunctionName}/response-streaming-invocations")
  static let bodyLimit = ExecutionLimits.request

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> Invoke.Input {
    let target = try members.functionTarget(hasQualifier: true)
    let type = members.header("InvocationType", in: "X-Amz-Invocation-Type")
    let logType = members.header("LogType", in: "X-Amz-Log-Type")
    members.check(type, at: "InvocationType", oneOf: ["RequestResponse", "DryRun"])
    members.check(logType, at: "LogType", oneOf: ["None", "Tail"])
    return Invoke.Input(
      target: target, isDryRun: type == "DryRun", wantsLogTail: logType == "Tail",
      clientContext: Invoke.clientContext(&members), tenantID: members.tenantID(),
      trace: Invoke.trace(of: members.request.head), payload: members.payload("Payload"))
  }

  static func access(_ input: Invoke.Input, at place: AccountRegion) -> [AccessRequest] {
    Invoke.access(input, at: place)
  }

  func start(_ call: Authorized<Invoke.Input>, reply: any ResponseStream) throws {
    try Invoke(services: services).start(call, reply: reply) { version in
      StreamReply(version: version, requestID: call.requestID, reply: reply)
    }
  }
}

/// Turns an outcome into events: `PayloadChunk` for bytes as they come, and one `InvokeComplete`.
private struct StreamReply: OutcomeReceiver {
  let version: Qualifier
  let requestID: RequestID
  let reply: any ResponseStream

  var takesStream: Bool { true }

  func begin(_ head: OutcomeHead) {
    let headers = [
      (name: "Content-Type", value: EventStream.contentType),
      (name: "X-Amz-Executed-Version", value: version.description),
      (name: "X-Amzn-Trace-Id", value: head.trace.description),
    ]
    reply.begin(ResponseHead(status: 200, headers: headers), length: nil)
  }

  func write(_ bytes: [UInt8], taken: (@Sendable () -> Void)?) {
    let event = EventStream.message("PayloadChunk", contentType: "application/octet-stream", payload: bytes)
    reply.write(event, taken: taken)
  }

  func end(_ completion: OutcomeCompletion) {
    var members: [String: JSONValue] = [:]
    if let error = completion.error {
      members["ErrorCode"] = .string(error.code)
      members["ErrorDetails"] = .string(String(decoding: error.details, as: UTF8.self))
    }
    if let tail = completion.logTail { members["LogResult"] = .string(Data(tail).base64EncodedString()) }
    let payload = JSONValue.object(members).encoded
    reply.write(EventStream.message("InvokeComplete", contentType: "application/json", payload: payload))
    reply.end()
  }

  func fail(_ failure: ExecutionFailure) {
    let fault = LambdaErrors.fault(failure)
    reply.send(LambdaAPI.service.wireProtocol.render(fault, requestID: requestID))
  }
}
