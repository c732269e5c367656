import Core

/// An invocation that a runtime is working on.
struct RunningInvocation {
  let invocation: Invocation
  let start: MonotonicTime
  /// Through which the runtime is answering piece by piece; nil until it does.
  var stream: RuntimeAPIHandler?

  /// What it came to when the platform had to end it.
  func result(of failure: RuntimeFailure) -> RuntimeResult {
    RuntimeResult(
      isFunctionError: true, body: failure.payload(invocation.requestID), status: failure.status,
      streamedBytes: stream?.streamedBytes)
  }
}

/// What an invocation came to.
struct RuntimeResult {
  let isFunctionError: Bool
  let body: [UInt8]
  /// nil after a success and for an error that the function itself reported.
  var status: ReportStatus?
  /// How many bytes have gone to the caller already, where they were streamed: `body` then is that of an error, or empty.
  var streamedBytes: Int?
  var errorCode = FunctionFailure.unhandled

  var producedBytes: Int { streamedBytes ?? body.count }
  var functionFailure: FunctionFailure { FunctionFailure(code: errorCode, details: body) }
}
