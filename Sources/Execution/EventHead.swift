import Core
import Functions
import NIOCore

/// What a runtime is told of an invocation beside the event.
struct EventHead {
  let requestID: RequestID
  /// When the invocation's time is over.
  let deadline: WallTime
  /// As the caller addressed the function.
  let invokedARN: String
  let trace: TraceHeader
  /// JSON text.
  let clientContext: String?
  let tenantID: TenantID?
  /// Whether a managed runtime takes back what the invocation changes of its process.
  let isSeparate: Bool

  private static let separate = "PerInvocation"
  private static let newline = UInt8(ascii: "\n")

  /// As headers (AWS Lambda Runtime API, "Next invocation"), each without an end of line.
  var headers: [(name: String, value: String)] {
    var headers = [
      (name: "Lambda-Runtime-Aws-Request-Id", value: requestID.description),
      (name: "Lambda-Runtime-Deadline-Ms", value: String(deadline.milliseconds)),
      (name: "Lambda-Runtime-Invoked-Function-Arn", value: invokedARN),
      (name: "Lambda-Runtime-Trace-Id", value: trace.description),
    ]
    if let clientContext {
      headers.append((name: "Lambda-Runtime-Client-Context", value: Self.onOneLine(clientContext)))
    }
    if let tenantID { headers.append((name: "Lambda-Runtime-Aws-Tenant-Id", value: tenantID.description)) }
    if isSeparate { headers.append((name: "Redoubt-Hygiene", value: Self.separate)) }
    return headers
  }

  /// As lines in the same order, one for each, empty where there is nothing to say.
  ///
  /// - Returns: how many bytes.
  func write(onto buffer: inout ByteBuffer) -> Int {
    let start = buffer.writerIndex
    buffer.writeString(requestID.description)
    for value in [
      String(deadline.milliseconds), invokedARN, trace.description, clientContext.map(Self.onOneLine) ?? "",
      tenantID?.description ?? "", isSeparate ? Self.separate : "",
    ] {
      buffer.writeInteger(Self.newline)
      buffer.writeString(value)
    }
    return buffer.writerIndex - start
  }

  /// What a caller chose must not begin a line of its own, or end them all. A JSON text means the same with blanks.
  private static func onOneLine(_ text: String) -> String {
    let isControl = { (byte: UInt8) in byte < 0x20 || byte == 0x7F }
    guard text.withBytes({ $0.contains(where: isControl) }) else { return text }
    return String(decoding: text.utf8.map { isControl($0) ? 0x20 : $0 }, as: UTF8.self)
  }
}

extension EventHead {
  init(_ invocation: Invocation, deadline: WallTime) {
    let request = invocation.request
    self.init(
      requestID: invocation.requestID, deadline: deadline, invokedARN: request.invokedARN, trace: invocation.trace,
      clientContext: request.clientContext, tenantID: request.tenantID, isSeparate: request.hygiene == .perInvocation)
  }
}
