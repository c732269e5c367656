import Core
import Loops
import NIOCore
import NIOHTTP1

/// A request of a runtime (AWS Lambda Runtime API 2018-06-01).
enum RuntimeAPIRequest: Hashable, Sendable {
  case next
  case response(requestID: String)
  case error(requestID: String)
  case initError
  /// From a runtime that is to be parked; answered when it is wanted.
  case restoreNext
  case restoreError

  private static let invocation = "/2018-06-01/runtime/invocation/"

  /// - Returns: nil for a method and path that the API does not have.
  init?(method: HTTPMethod, uri: String) {
    let path = uri.utf8.offset(of: UInt8(ascii: "?")).map { String(Substring(uri.utf8.prefix($0))) } ?? uri
    switch (method, path) {
    case (.GET, "/2018-06-01/runtime/invocation/next"): self = .next
    case (.GET, "/2018-06-01/runtime/restore/next"): self = .restoreNext
    case (.POST, "/2018-06-01/runtime/init/error"): self = .initError
    case (.POST, "/2018-06-01/runtime/restore/error"): self = .restoreError
    case (.POST, _) where path.hasPrefix(Self.invocation):
      self.init(ofInvocation: Substring(path.utf8.dropFirst(Self.invocation.utf8.count)))
    default: return nil
    }
  }

  /// - Parameter rest: `ID/response` or `ID/error`.
  private init?(ofInvocation rest: Substring) {
    guard let end = rest.utf8.offset(of: UInt8(ascii: "/")) else { return nil }
    let id = String(Substring(rest.utf8.prefix(end)))
    switch String(Substring(rest.utf8.dropFirst(end + 1))) {
    case "response": self = .response(requestID: id)
    case "error": self = .error(requestID: id)
    default: return nil
    }
  }
}

/// What the platform answers a runtime.
struct RuntimeAPIAnswer {
  let status: HTTPResponseStatus
  /// Of the answer that hands an event over.
  var event: EventHead?
  let body: [UInt8]

  static let accepted = RuntimeAPIAnswer(status: .accepted, body: Array(#"{"status":"OK"}"#.utf8))
  static let restored = RuntimeAPIAnswer(status: .ok, body: Array(#"{"status":"OK"}"#.utf8))
  static let unknownPath = refusal(.notFound, "InvalidPath", "no such path in the runtime API")
  static let invalidRequestID = refusal(.badRequest, "InvalidRequestID", "Invalid request ID")
  static let invalidState = refusal(.forbidden, "InvalidStateTransition", "Transition is not allowed")
  static let tooLarge = refusal(
    .payloadTooLarge, "RequestEntityTooLarge",
    "Exceeded maximum allowed payload size (\(ExecutionLimits.payload) bytes).")

  /// For what cannot be read; the connection ends with it.
  static let malformed: StaticString = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
  /// To who asks whether the body is wanted (RFC 9110 section 10.1.1).
  static let proceed: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

  /// Bytes that are enough for most.
  var expectedSize: Int { 640 + body.count }

  /// As it goes over the wire.
  func encode(as form: RuntimeAPIForm, onto buffer: inout ByteBuffer) {
    switch form {
    case .http: encode(onto: &buffer)
    case .messages: encodeMessage(onto: &buffer)
    }
  }

  /// RFC 9112.
  private func encode(onto buffer: inout ByteBuffer) {
    switch status {
    case .ok: buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
    case .accepted: buffer.writeStaticString("HTTP/1.1 202 Accepted\r\n")
    default: buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
    }
    for (name, value) in event?.headers ?? [] { buffer.writeHeader(name, value) }
    buffer.writeHeader("Content-Type", "application/json")
    buffer.writeHeader("Content-Length", String(body.count))
    buffer.writeStaticString("\r\n")
    buffer.writeBytes(body)
  }

  /// The status, the lengths of the event's head and of the body, and both of them (runtimes/README.md).
  private func encodeMessage(onto buffer: inout ByteBuffer) {
    buffer.writeInteger(UInt16(status.code))
    let lengths = buffer.writerIndex
    buffer.writeRepeatingByte(0, count: 8)
    let headLength = event?.write(onto: &buffer) ?? 0
    buffer.setInteger(UInt32(headLength), at: lengths)
    buffer.setInteger(UInt32(body.count), at: lengths + 4)
    buffer.writeBytes(body)
  }

  private static func refusal(_ status: HTTPResponseStatus, _ type: String, _ message: String) -> RuntimeAPIAnswer {
    RuntimeAPIAnswer(status: status, body: Array(#"{"errorMessage":"\#(message)","errorType":"\#(type)"}"#.utf8))
  }
}

extension NIOHTTPDecoderLimitConfiguration {
  /// AWS's runtime client puts the cause of an error, up to 1 MiB of JSON, into one header.
  static var runtimeAPI: NIOHTTPDecoderLimitConfiguration {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = 1_310_720
    return limits
  }
}

/// Fixed limits of invocations.
package enum ExecutionLimits {
  /// Bytes of a synchronous response (Lambda, "Invocation payload").
  package static let payload = 6_291_556
  /// Bytes of a response that is streamed (Lambda, "Response streaming").
  static let streamedPayload = 200 << 20
  /// Bytes of such a response that the server holds for a slow caller before it reads no more from the runtime.
  static let streamedWaiting = 256 << 10
  /// How long the end of a runtime is waited for that closed its connection in the middle of an answer.
  static let exitAfterStream = Duration.milliseconds(200)
  /// Bytes of a synchronous request.
  package static let request = 6_291_456
  /// Connections to the runtime API at once, from one sandbox.
  static let runtimeConnections = 16
  /// Bytes of an error object that a runtime reports.
  static let errorObject = 262_144
  /// How long a runtime may take ahead of an invocation until it asks for work, and how long it has more than its share of
  /// a processor to do so (Lambda, "Init phase").
  static let initPhase = Duration.seconds(10)
  /// Seconds that a runtime may take to be parked, where its function has no longer time limit (Lambda, "SnapStart").
  static let snapStartInitSeconds = 130
  /// Seconds that the hooks after a restore may take (Lambda, "SnapStart").
  package static let restoreSeconds = 10
  /// How long a runtime may take to end that has reported that it cannot serve its function.
  static let exitAfterInitError = Duration.milliseconds(200)
  /// How long a runtime that has answered counts as about to be free.
  static let finishing = Duration.milliseconds(20)
  /// After how long without work an environment is frozen.
  static let freezeDelay = Duration.milliseconds(10)
  /// How long an environment is used, and how long its credentials are good: what still runs when its time is over, and
  /// what is replaced only little by little, has the difference.
  static let environmentLifetime = Duration.seconds(3 * 3600)
  static let sessionLifetime = Duration.seconds(4 * 3600)
  /// How long the removal of what an invocation left may take.
  static let cleaning = Duration.seconds(2)
  /// Bytes of one invocation's output that are recorded, 26 for each event counted in; as many between invocations.
  static let logVolume = 16 << 20
  /// How long a line of a running invocation may wait to be recorded.
  static let logDelay = Duration.seconds(1)
}
