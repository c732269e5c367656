import Core
import JSON
import Sandbox
import Wire

/// A way in which a runtime failed to answer, in Lambda's words.
enum RuntimeFailure: Sendable {
  case exited(SandboxExit)
  /// The function's time limit, in seconds.
  case timedOut(seconds: Double)
  case responseTooLarge(limit: Int)
  /// The runtime closed the connection in the middle of an answer that it streamed.
  case truncatedResponse
  /// A custom runtime's package has no executable `bootstrap`.
  case invalidEntrypoint
  /// What the runtime reported of its init phase, as JSON.
  case initError([UInt8])

  /// The body of the answer: `errorType` and `errorMessage`.
  func payload(_ requestID: RequestID) -> [UInt8] {
    switch self {
    case .exited(let exit):
      return object("Runtime.ExitError", "RequestId: \(requestID) Error: \(exit.reason)")
    case .timedOut(let seconds):
      return object("Sandbox.Timedout", "RequestId: \(requestID) Error: \(Self.timeoutText(seconds))")
    case .responseTooLarge(let limit):
      return object(
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (\(limit) bytes).")
    case .truncatedResponse: return object("Runtime.TruncatedResponse", "Response stream was closed before its end.")
    case .invalidEntrypoint: return object("Runtime.InvalidEntrypoint", entrypointText(requestID))
    case .initError(let body): return body
    }
  }

  /// The platform's line in the log, without its end; nil where the runtime has written its own.
  func logLine(_ requestID: RequestID, at time: WallTime) -> String? {
    switch self {
    case .exited(let exit): "RequestId: \(requestID) Error: \(exit.reason)\nRuntime.ExitError"
    case .timedOut(let seconds): "\(time.utc.isoDateTime)Z \(requestID) \(Self.timeoutText(seconds))\n"
    case .invalidEntrypoint: entrypointText(requestID) + "\nRuntime.InvalidEntrypoint"
    case .responseTooLarge, .truncatedResponse, .initError: nil
    }
  }

  /// In the REPORT line.
  var status: ReportStatus {
    switch self {
    case .timedOut: .timeout
    case .exited(let exit): .error(exit.oomKills > 0 ? "Runtime.OutOfMemory" : "Runtime.ExitError")
    case .responseTooLarge: .error("Function.ResponseSizeTooLarge")
    case .truncatedResponse: .error("Runtime.TruncatedResponse")
    case .invalidEntrypoint: .error("Runtime.InvalidEntrypoint")
    case .initError(let body): .error(Self.errorType(of: body))
    }
  }

  /// The runtime's word, where it can stand in a line of the platform.
  private static func errorType(of body: [UInt8]) -> String? {
    guard case .string(let type)? = JSONValue(parsing: body)?["errorType"] else { return nil }
    let isPlain = type.utf8.allSatisfy { byte in
      byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    return isPlain && (1...128).contains(type.utf8.count) ? type : nil
  }

  /// What the runtime reported of its init phase, as a sentence of limited length.
  static func initReason(_ body: [UInt8]) -> String {
    let report = JSONValue(parsing: body)
    var parts = ["The init phase failed"]
    for name in ["errorType", "errorMessage"] {
      if case .string(let text)? = report?[name], !text.isEmpty { parts.append(text) }
    }
    return String(parts.joined(separator: ": ").prefix(512))
  }

  private func entrypointText(_ requestID: RequestID) -> String {
    "RequestId: \(requestID) Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
  }

  private static func timeoutText(_ seconds: Double) -> String {
    "Task timed out after \(Decimals.two(seconds)) seconds"
  }

  private func object(_ type: String, _ message: String) -> [UInt8] {
    JSONValue.object(["errorType": .string(type), "errorMessage": .string(message)]).encoded
  }
}

extension SandboxExit {
  /// In the words of Lambda's log.
  var reason: String {
    switch cause {
    case .code(0): "Runtime exited without providing a reason"
    case .code(let code): "Runtime exited with error: exit status \(code)"
    case .signal(let signal): "Runtime exited with error: signal: \(Self.names[signal] ?? String(signal))"
    case .lost: "Runtime exited with error: signal: killed"
    }
  }

  private static let names = [
    1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trace/breakpoint trap", 6: "aborted",
    7: "bus error", 8: "floating point exception", 9: "killed", 11: "segmentation fault", 13: "broken pipe",
    14: "alarm clock", 15: "terminated", 31: "bad system call",
  ]
}

/// Numbers as in the REPORT line.
enum Decimals {
  /// With two digits after the point, rounded.
  static func two(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return String(hundredths / 100) + (rest < 10 ? ".0" : ".") + String(rest)
  }
}
